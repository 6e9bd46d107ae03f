/// Tags of the payloads of records and of remembered refusals. Ledgers keep them forever.
private enum Tag {
  static let wallet: Int64 = 1
  static let entry: Int64 = 2
  static let recharge: Int64 = 3
  static let paymentMethod: Int64 = 4
  /// A refusal in a layout that its reason determines. No longer written.
  static let refusalByReason: Int64 = 5
  static let refund: Int64 = 6
  static let hold: Int64 = 7
  static let autoRecharge: Int64 = 8
  static let rechargeRefund: Int64 = 9
  static let dispute: Int64 = 10
  static let removedPaymentMethod: Int64 = 11
  static let refusal: Int64 = 12
}

extension CanonicalWriter {
  /// Begins a payload in the newest layout.
  fileprivate mutating func begin(_ tag: Int64) { write(CanonicalLayout.newest.rawValue + tag) }
}

extension CanonicalReader {
  /// Reads the tag of a payload, and sets `layout` to the one in which it was written.
  fileprivate mutating func readTag() throws(Malformed) -> Int64 {
    let tag = try readInt64()
    guard let layout = CanonicalLayout(ofTag: tag) else { throw malformed }
    self.layout = layout
    return tag - layout.rawValue
  }
}

extension CanonicalLayout {
  fileprivate init?(ofTag tag: Int64) {
    guard let layout = Self.allCases.last(where: { $0.rawValue < tag }) else { return nil }
    self = layout
  }
}

extension RecordPayload {
  package var canonicalBytes: [UInt8] {
    var writer = CanonicalWriter(reserving: 192)
    switch self {
    case .wallet(let wallet):
      writer.begin(Tag.wallet)
      writer.write(wallet)
    case .entry(let reply):
      writer.begin(Tag.entry)
      writer.write(reply.wallet)
      writer.write(reply.entry)
    case .refund(let reply):
      writer.begin(Tag.refund)
      writer.write(reply)
    case .hold(let reply):
      writer.begin(Tag.hold)
      writer.write(reply)
    case .recharge(let reply):
      writer.begin(Tag.recharge)
      writer.write(reply)
    case .paymentMethod(let reply):
      writer.begin(Tag.paymentMethod)
      writer.write(reply.wallet)
      writer.write(reply.paymentMethod)
    case .removedPaymentMethod(let reply):
      writer.begin(Tag.removedPaymentMethod)
      writer.write(reply.wallet)
      writer.write(reply.removed)
      writer.write(reply.defaultPaymentMethod != nil)
      if let paymentMethod = reply.defaultPaymentMethod { writer.write(paymentMethod) }
    case .autoRecharge(let reply):
      writer.begin(Tag.autoRecharge)
      writer.write(reply.wallet)
      writer.write(reply.firesNow)
    case .rechargeRefund(let reply):
      writer.begin(Tag.rechargeRefund)
      writer.write(reply)
    case .dispute(let reply):
      writer.begin(Tag.dispute)
      writer.write(reply)
    }
    return writer.bytes
  }

  /// The layout of a payload's bytes; nil if they are not a payload.
  package static func layout(ofCanonicalBytes bytes: [UInt8]) -> CanonicalLayout? {
    var reader = CanonicalReader(bytes)
    guard let tag = try? reader.readInt64() else { return nil }
    return CanonicalLayout(ofTag: tag)
  }

  /// Returns the wallet of a payload, or nil if the bytes are malformed. Every payload begins with it; the rest is not read.
  package static func wallet(inCanonicalBytes bytes: [UInt8]) -> Wallet? {
    var reader = CanonicalReader(bytes)
    guard (try? reader.readTag()) != nil else { return nil }
    return try? reader.readWallet()
  }

  package init(canonicalBytes: [UInt8]) throws(CanonicalReader.Malformed) {
    var reader = CanonicalReader(canonicalBytes)
    switch try reader.readTag() {
    case Tag.wallet: self = .wallet(try reader.readWallet())
    case Tag.entry: self = .entry(EntryReply(wallet: try reader.readWallet(), entry: try reader.readEntry()))
    case Tag.refund: self = .refund(try reader.readRefundReply())
    case Tag.hold: self = .hold(try reader.readHoldReply())
    case Tag.recharge: self = .recharge(try reader.readRechargeReply())
    case Tag.paymentMethod:
      self = .paymentMethod(
        PaymentMethodReply(wallet: try reader.readWallet(), paymentMethod: try reader.readPaymentMethod())
      )
    case Tag.removedPaymentMethod:
      self = .removedPaymentMethod(
        RemovedPaymentMethodReply(
          wallet: try reader.readWallet(),
          removed: try reader.readPaymentMethod(),
          defaultPaymentMethod: try reader.readBool() ? try reader.readPaymentMethod() : nil
        )
      )
    case Tag.autoRecharge:
      self = .autoRecharge(AutoRechargeSaved(wallet: try reader.readWallet(), firesNow: try reader.readBool()))
    case Tag.rechargeRefund: self = .rechargeRefund(try reader.readRechargeRefundReply())
    case Tag.dispute: self = .dispute(try reader.readDisputeReply())
    default: throw reader.malformed
    }
    guard reader.isAtEnd else { throw reader.malformed }
  }
}

extension Refusal {
  /// The encoding of a remembered refusal. Bytes of other refusals cannot be read back.
  package var canonicalBytes: [UInt8] {
    var writer = CanonicalWriter(reserving: 192)
    writer.begin(Tag.refusal)
    writer.write(self)
    return writer.bytes
  }

  package init(canonicalBytes: [UInt8]) throws(CanonicalReader.Malformed) {
    var reader = CanonicalReader(canonicalBytes)
    switch try reader.readTag() {
    case Tag.refusal: self = try reader.readRefusal()
    case Tag.refusalByReason: self = try reader.readRefusalByReason()
    default: throw reader.malformed
    }
    guard reader.isAtEnd else { throw reader.malformed }
  }
}
