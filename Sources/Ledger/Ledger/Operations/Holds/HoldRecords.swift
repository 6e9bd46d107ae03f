// Helpers of the operations on holds.

extension LedgerState {
  func hold(_ id: HoldID) throws(Refusal) -> (Hold, Account) {
    guard let hold = holds[id] else { throw .holdNotFound(id) }
    return (hold, try account(hold.walletID))
  }

  /// Records a change of `hold` that posts no money.
  ///
  /// - Parameter unit: The amount that the caller is expected to hold next, in micros; nil if none.
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
  /// Resolves the hold as `outcome`, and returns what remains of it to the wallet.
  mutating func resolve(as outcome: HoldState, in account: inout Account) {
    account.wallet.held -= remaining
    remaining = 0
    state = outcome
  }

  /// The time of expiry. Throws if `ttl`, in seconds, is outside `lifetimeRange`.
  static func expiry(after ttl: Int64, from time: LedgerTime) throws(Refusal) -> LedgerTime {
    guard lifetimeRange.contains(ttl) else {
      let (least, most) = (lifetimeRange.lowerBound, lifetimeRange.upperBound)
      throw .fieldInvalid(field: "ttl", description: "must be from \(least) to \(most) seconds")
    }
    return time.adding(seconds: ttl)
  }

  /// Adds to one of a hold's sums. Throws if the result is out of the range of balances, which repeated extensions and
  /// captures could lead to.
  func sum(_ micros: Int64, _ more: Money) throws(Refusal) -> Int64 {
    let (sum, overflow) = micros.addingReportingOverflow(more.micros)
    guard !overflow, Wallet.balanceRange.contains(sum) else { throw .holdLimit(id) }
    return sum
  }
}

extension Refusal {
  package static func holdNotFound(_ id: HoldID) -> Refusal {
    Refusal(.holdNotFound, [.holdID: "\(id)"], sentence: "no hold \(id): use the hold_id of a PlaceHold reply")
  }

  package static func holdLimit(_ id: HoldID) -> Refusal { Refusal(final: .holdLimit, [.holdID: "\(id)"]) }

  static func holdLimitSentence(_ facts: Facts) -> String {
    "the amount would take hold \(facts.text(.holdID)) out of range: place a new hold, with a new key"
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
