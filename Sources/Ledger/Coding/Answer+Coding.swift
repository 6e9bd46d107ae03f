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
  }

  /// Only what a mutation can answer has bytes; questions are never recorded.
  package var canonicalBytes: [UInt8] {
    var writer = CanonicalWriter(reserving: 192)
    switch self {
    case .reply(.wallet(let wallet)):
      writer.write(Tag.wallet)
      writer.write(wallet)
    case .reply(.entry(let wallet, let entry)):
      writer.write(Tag.entry)
      writer.write(wallet)
      writer.write(entry)
    case .reply(.refund(let reply)):
      writer.write(Tag.refund)
      writer.write(reply)
    case .reply(.hold(let reply)):
      writer.write(Tag.hold)
      writer.write(reply)
    case .reply(.recharge(let reply)):
      writer.write(Tag.recharge)
      writer.write(reply)
    case .reply(.paymentMethod(let wallet, let paymentMethod)):
      writer.write(Tag.paymentMethod)
      writer.write(wallet)
      writer.write(paymentMethod)
    case .refusal(let refusal):
      writer.write(Tag.refusal)
      writer.write(refusal)
    case .reply(.rechargeOptions), .reply(.openRecharges), .reply(.nothingRecorded), .reply(.expiredHolds):
      preconditionFailure("the answer to a question is never recorded")
    }
    return writer.bytes
  }

  package init(canonicalBytes: [UInt8]) throws(CanonicalReader.Malformed) {
    var reader = CanonicalReader(canonicalBytes)
    switch try reader.readInt64() {
    case Tag.wallet: self = .reply(.wallet(try reader.readWallet()))
    case Tag.entry: self = .reply(.entry(try reader.readWallet(), try reader.readEntry()))
    case Tag.refund: self = .reply(.refund(try reader.readRefundReply()))
    case Tag.hold: self = .reply(.hold(try reader.readHoldReply()))
    case Tag.recharge: self = .reply(.recharge(try reader.readRechargeReply()))
    case Tag.paymentMethod: self = .reply(.paymentMethod(try reader.readWallet(), try reader.readPaymentMethod()))
    case Tag.refusal: self = .refusal(try reader.readRefusal())
    default: throw reader.malformed
    }
    guard reader.isAtEnd else { throw reader.malformed }
  }
}
