// The encoding of remembered refusals. Ledgers keep these bytes forever, because the hash chain covers them.

extension CanonicalWriter {
  /// Writes a refusal that is final for its key, in the layout common to all reasons: the reason, then its facts sorted
  /// by key.
  package mutating func write(_ refusal: Refusal) {
    write(refusal.reason.rawValue)
    let facts = refusal.facts.sorted { $0.key.rawValue < $1.key.rawValue }
    write(Int64(facts.count))
    for fact in facts {
      write(fact.key.rawValue)
      write(fact.value)
    }
  }
}

extension CanonicalReader {
  package mutating func readRefusal() throws(Malformed) -> Refusal {
    let reason = try readFinalReason()
    var facts: Refusal.Facts = [:]
    for _ in 0..<(try readInt64()) {
      let (key, value) = (try read(Reason.MetadataKey.self), try readString())
      guard facts.updateValue(value, forKey: key) == nil else { throw malformed }
    }
    return Refusal(final: reason, facts)
  }

  fileprivate mutating func readFinalReason() throws(Malformed) -> Reason {
    let reason = try read(Reason.self)
    guard reason.isFinal else { throw malformed }
    return reason
  }
}

// Ledgers of schema version 3 and older have one layout per reason.

extension CanonicalReader {
  mutating func readRefusalByReason() throws(Malformed) -> Refusal {
    switch try readFinalReason() {
    case .walletExists: return .walletExists(WalletID(try readString()))
    case .walletFrozen: return .walletFrozen(WalletID(try readString()))
    case .walletNotFrozen: return .walletNotFrozen(WalletID(try readString()))
    case .walletClosed: return .walletClosed(WalletID(try readString()))
    case .walletNotEmpty:
      return .walletNotEmpty(
        WalletID(try readString()),
        posted: try readMoney(),
        held: try readMoney(),
        openHolds: try readInt64(),
        openRecharge: try readOptionalString().map { RechargeID($0) }
      )
    case .holdResolved: return .holdResolved(try readHoldID(), try read(HoldState.self))
    case .shortfallLimit: return .shortfallLimit(try readHoldID(), capturable: try readMoney())
    case .entryNotRefundable: return .entryNotRefundable(try readEntryID(), try read(RecordKind.self))
    case .refundExceedsCharge: return .refundExceedsCharge(try readEntryID(), refundable: try readMoney())
    case .paymentMethodRequired: return .paymentMethodRequired(WalletID(try readString()))
    case .paymentMethodLimit: return .paymentMethodLimit(WalletID(try readString()))
    case .rechargeNotRefundable:
      return .rechargeNotRefundable(RechargeID(try readString()), try read(RechargeState.self))
    case .refundExceedsRecharge:
      return .refundExceedsRecharge(RechargeID(try readString()), refundable: try readMoney())
    case .refundLimit: return .rechargeRefundLimit(RechargeID(try readString()))
    case .notInReview:
      _ = try readString()
      return .notInReview(state: try readString())
    case .processorChargeTaken:
      _ = try readString()
      return .processorChargeTaken(by: RechargeID(try readString()))
    case .processorRefundTaken:
      _ = try readString()
      return .processorRefundTaken(by: RechargeRefundID(try readString()))
    case .autoRechargeDisabled: return .autoRechargeDisabled(WalletID(try readString()))
    case .insufficientCredits:
      return .insufficientCredits(available: try readMoney(), required: try readMoney())
    case .paymentDeclined: return .paymentDeclined(WalletID(try readString()), code: try readString())
    default: throw malformed
    }
  }
}
