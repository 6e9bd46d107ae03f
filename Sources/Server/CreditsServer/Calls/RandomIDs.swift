import Ledger

extension RechargeID {
  /// 128 random bits, from the kernel.
  static func random() -> RechargeID { RechargeID("rch_" + randomHexadecimal()) }
}

extension RechargeRefundID {
  /// 128 random bits, from the kernel.
  static func random() -> RechargeRefundID { RechargeRefundID("rfd_" + randomHexadecimal()) }
}

extension PaymentMethodID {
  /// 128 random bits, from the kernel.
  static func random() -> PaymentMethodID { PaymentMethodID("card_" + randomHexadecimal()) }
}

private func randomHexadecimal() -> String {
  (0..<4).map { _ in
    let digits = String(UInt32.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: 8 - digits.utf8.count) + digits
  }.joined()
}
