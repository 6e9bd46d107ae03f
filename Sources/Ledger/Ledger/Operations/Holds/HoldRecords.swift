// What the operations on holds share.

extension LedgerState {
  func hold(_ id: HoldID) throws(Refusal) -> (Hold, Account) {
    guard let hold = holds[id] else { throw .holdNotFound(id) }
    return (hold, try account(hold.walletID))
  }

  /// Records a change of `hold` that posts no money.
  ///
  /// - Parameter unit: What a caller that goes on as it did would hold next, in micros; nil where no more is to come.
  mutating func record(
    _ hold: Hold,
    _ kind: RecordKind,
    in account: Account,
    unit: Int64? = nil,
    as context: DecisionContext
  ) -> HoldReply {
    let posting = Posting(kind: kind, reason: hold.reason, reference: hold.reference, hold: hold)
    return append(posting, to: account, as: context) { wallet, _ in
      HoldReply(wallet: wallet, hold: hold, isLastUnit: unit.map { $0 > wallet.available.micros } ?? false)
    }
  }
}

extension Hold {
  /// Returns to the wallet what the hold still sets aside.
  mutating func resolve(as outcome: HoldState, in account: inout Account) {
    account.wallet.held -= remaining
    remaining = 0
    state = outcome
  }

  /// - Parameter ttl: In seconds.
  static func expiry(after ttl: Int64, from time: LedgerTime) throws(Refusal) -> LedgerTime {
    guard lifetimeRange.contains(ttl) else {
      let (least, most) = (lifetimeRange.lowerBound, lifetimeRange.upperBound)
      throw .fieldInvalid(field: "ttl", description: "must be from \(least) to \(most) seconds")
    }
    return time.adding(seconds: ttl)
  }

  /// A hold can be extended and captured again and again, so that its sums could leave what an integer holds.
  static func sum(_ micros: Int64, _ more: Money, field: String) throws(Refusal) -> Int64 {
    let (sum, overflow) = micros.addingReportingOverflow(more.micros)
    guard !overflow, Wallet.balanceRange.contains(sum) else {
      throw .amountOutOfRange(field: field + ".micros", rule: "would take the hold out of range: place a new one")
    }
    return sum
  }
}

extension Refusal {
  package static func holdNotFound(_ id: HoldID) -> Refusal {
    Refusal(.holdNotFound, [.holdID: "\(id)"], sentence: "no hold \(id): use the hold_id of a PlaceHold reply")
  }

  package static func holdResolved(_ id: HoldID, _ state: HoldState) -> Refusal {
    Refusal(final: .holdResolved, [.holdID: "\(id)", .state: state.rawValue])
  }

  static func holdResolvedSentence(_ facts: Facts) -> String {
    let (id, state) = (facts.text(.holdID), facts.text(.state))
    return state == HoldState.expired.rawValue
      ? "hold \(id) has expired and returned its credits: capture usage that was had, or place a new hold"
      : "hold \(id) is already \(state): charge further usage with Charge, or place a new hold"
  }
}
