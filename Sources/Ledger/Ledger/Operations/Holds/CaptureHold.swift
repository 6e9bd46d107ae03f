/// Charges usage to a hold. What exceeds the hold is taken from the available credits, and what exceeds those is the
/// hold's shortfall, up to ``Rules/maximumShortfall``.
///
/// An expired hold has no credits left, so all of a late capture is taken from the available credits first.
package struct CaptureHold: Mutation {
  package static let method = Method.captureHold

  package var holdID: HoldID
  /// Above zero, in the wallet's currency.
  package var amount: Money
  /// Whether this is the last capture, so that the rest of the hold is returned to the wallet.
  package var isFinal: Bool

  package init(_ holdID: HoldID, _ amount: Money, isFinal: Bool) {
    self.holdID = holdID
    self.amount = amount
    self.isFinal = isFinal
  }

  package func addNeeds(to needs: inout Needs) { needs.holds.insert(holdID) }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> HoldReply {
    var (hold, account) = try state.hold(holdID)
    try amount.checkPositive(in: hold.currency)
    try account.wallet.checkAllows(.settling)
    guard hold.state.allows(.capture) else { throw .holdResolved(holdID, hold.state) }
    let fromHold = min(amount.micros, hold.remaining)
    let available = max(0, account.wallet.available.micros)
    let shortfall = max(0, amount.micros - fromHold - available)
    let room = max(0, context.rules.maximumShortfall - hold.shortfall)
    guard shortfall <= room else {
      let capturable = hold.remaining + available + room
      throw .shortfallLimit(holdID, capturable: Money(micros: capturable, currency: hold.currency))
    }
    try account.wallet.post(-amount.micros)
    account.wallet.held -= fromHold
    hold.captured = try hold.sum(hold.captured, amount)
    hold.remaining -= fromHold
    hold.shortfall += shortfall
    if hold.state == .expired { hold.isLate = true }
    if isFinal { hold.resolve(as: .captured, in: &account) }
    let posting = Posting(
      kind: .capture,
      counterAccount: .usage,
      reason: hold.reason,
      reference: hold.reference,
      hold: hold,
      shortfall: shortfall
    )
    return state.append(posting, to: account, as: context) { wallet, record in
      HoldReply(wallet: wallet, hold: hold, entry: Entry(record, in: wallet.currency))
    }
  }
}

extension Refusal {
  package static func shortfallLimit(_ id: HoldID, capturable: Money) -> Refusal {
    Refusal(
      final: .shortfallLimit,
      [.holdID: "\(id)", .capturable: capturable.microsText, .currencyCode: capturable.currency.code]
    )
  }

  static func shortfallLimitSentence(_ facts: Facts) -> String {
    "no more than \(facts.money(.capturable)) can be captured from hold \(facts.text(.holdID)): "
      + "capture that, or recharge first, with a new key"
  }
}
