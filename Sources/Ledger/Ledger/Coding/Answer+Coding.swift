/// The bytes of answers that are kept for their keys.
extension Answer {
  private enum Tag {
    static let wallet: Int64 = 1
    static let entry: Int64 = 2
    static let recharge: Int64 = 3
    static let paymentMethod: Int64 = 4
    static let refusal: Int64 = 5
    static let refund: Int64 = 6
    static let hold: Int64 = 7
    static let autoRecharge: Int64 = 8
    static let rechargeRefund: Int64 = 9
    static let dispute: Int64 = 10
    static let paymentMethodRemoved: Int64 = 11
  }

  /// Only what a mutation can answer has bytes; questions are never recorded.
  package var canonicalBytes: [UInt8] {
    var writer = CanonicalWriter(reserving: 192)
    func begin(_ tag: Int64) { writer.write(CanonicalLayout.newest.rawValue + tag) }
    switch self {
    case .reply(.wallet(let wallet)):
      begin(Tag.wallet)
      writer.write(wallet)
    case .reply(.entry(let wallet, let entry)):
      begin(Tag.entry)
      writer.write(wallet)
      writer.write(entry)
    case .reply(.refund(let reply)):
      begin(Tag.refund)
      writer.write(reply)
    case .reply(.hold(let reply)):
      begin(Tag.hold)
      writer.write(reply)
    case .reply(.recharge(let reply)):
      begin(Tag.recharge)
      writer.write(reply)
    case .reply(.paymentMethod(let wallet, let paymentMethod)):
      begin(Tag.paymentMethod)
      writer.write(wallet)
      writer.write(paymentMethod)
    case .reply(.autoRechargeSaved(let wallet, let firesNow)):
      begin(Tag.autoRecharge)
      writer.write(wallet)
      writer.write(firesNow)
    case .reply(.rechargeRefund(let reply)):
      begin(Tag.rechargeRefund)
      writer.write(reply)
    case .reply(.dispute(let reply)):
      begin(Tag.dispute)
      writer.write(reply)
    case .reply(.paymentMethodRemoved(let wallet, let removed, let left)):
      begin(Tag.paymentMethodRemoved)
      writer.write(wallet)
      writer.write(removed)
      writer.write(left != nil)
      if let left { writer.write(left) }
    case .refusal(let refusal):
      begin(Tag.refusal)
      writer.write(refusal)
    case .reply(.rechargeOptions), .reply(.rechargeHistory), .reply(.paymentMethods), .reply(.openErrands),
      .reply(.tokenUse), .reply(.nothingRecorded), .reply(.expiredHolds), .reply(.autoRecharge),
      .reply(.wokenAutoRecharges):
      preconditionFailure("the answer to a question is never recorded")
    }
    return writer.bytes
  }

  /// The layout of an answer's bytes; nil where they are none.
  package static func layout(ofCanonicalBytes bytes: [UInt8]) -> CanonicalLayout? {
    var reader = CanonicalReader(bytes)
    guard let tag = try? reader.readInt64() else { return nil }
    return CanonicalLayout.allCases.last { $0.rawValue < tag }
  }

  package init(canonicalBytes: [UInt8]) throws(CanonicalReader.Malformed) {
    var reader = CanonicalReader(canonicalBytes)
    let tag = try reader.readInt64()
    guard let layout = CanonicalLayout.allCases.last(where: { $0.rawValue < tag }) else { throw reader.malformed }
    reader.layout = layout
    switch tag - layout.rawValue {
    case Tag.wallet: self = .reply(.wallet(try reader.readWallet()))
    case Tag.entry: self = .reply(.entry(try reader.readWallet(), try reader.readEntry()))
    case Tag.refund: self = .reply(.refund(try reader.readRefundReply()))
    case Tag.hold: self = .reply(.hold(try reader.readHoldReply()))
    case Tag.recharge: self = .reply(.recharge(try reader.readRechargeReply()))
    case Tag.paymentMethod: self = .reply(.paymentMethod(try reader.readWallet(), try reader.readPaymentMethod()))
    case Tag.autoRecharge: self = .reply(.autoRechargeSaved(try reader.readWallet(), firesNow: try reader.readBool()))
    case Tag.rechargeRefund: self = .reply(.rechargeRefund(try reader.readRechargeRefundReply()))
    case Tag.dispute: self = .reply(.dispute(try reader.readDisputeReply()))
    case Tag.paymentMethodRemoved:
      self = .reply(
        .paymentMethodRemoved(
          try reader.readWallet(),
          try reader.readPaymentMethod(),
          default: try reader.readBool() ? try reader.readPaymentMethod() : nil
        )
      )
    case Tag.refusal: self = .refusal(try reader.readRefusal())
    default: throw reader.malformed
    }
    guard reader.isAtEnd else { throw reader.malformed }
  }
}
