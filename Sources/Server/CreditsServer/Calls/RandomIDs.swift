import Encodings
import Ledger

extension RechargeID {
  /// Returns an id with 128 random bits from the kernel.
  static func random() -> RechargeID { RechargeID("rch_" + randomHexadecimal()) }
}

extension RechargeRefundID {
  /// Returns an id with 128 random bits from the kernel.
  static func random() -> RechargeRefundID { RechargeRefundID("rfd_" + randomHexadecimal()) }
}

extension PaymentMethodID {
  /// Returns an id with 128 random bits from the kernel.
  static func random() -> PaymentMethodID { PaymentMethodID("card_" + randomHexadecimal()) }
}

private func randomHexadecimal() -> String {
  (0..<2).map { _ in Hexadecimal.text(UInt64.random(in: .min ... .max), digitCount: 16) }.joined()
}
