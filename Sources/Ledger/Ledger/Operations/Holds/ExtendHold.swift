/// Increases a hold, postpones its expiry to `ttl` seconds from now, or both.
///
/// An extension never makes the hold expire earlier.
package struct ExtendHold: SpendingMutation {
  package static let method = Method.extendHold

  package var holdID: HoldID
  /// Above zero, in the wallet's currency; nil to keep the amount.
  package var additional: Money?
  /// In seconds; nil to keep the time of expiry.
  package var ttl: Int64?

  package init(_ holdID: HoldID, additional: Money?, ttl: Int64?) {
    self.holdID = holdID
    self.additional = additional
    self.ttl = ttl
  }

  package func addNeeds(to needs: inout Needs) {
    needs.holds.insert(holdID)
    needs.spends = true
  }

  package func payingWallet(in state: LedgerState) -> WalletID? { state.holds[holdID]?.walletID }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> HoldReply {
    var (hold, account) = try state.hold(holdID)
    guard additional != nil || ttl != nil else {
      throw .fieldInvalid(field: "additional_amount", description: "or ttl is required: say what to extend")
    }
    if let additional { try additional.checkPositive(in: hold.currency, field: "additional_amount") }
    if let ttl { hold.expireTime = max(hold.expireTime, try Hold.expiry(after: ttl, from: context.time)) }
    try account.wallet.checkAllows(.spending)
    guard hold.state.allows(.extend) else { throw .holdResolved(holdID, hold.state) }
    if let additional {
      try account.wallet.checkAffords(additional)
      hold.amount = try hold.sum(hold.amount, additional)
      hold.remaining += additional.micros
      account.wallet.held += additional.micros
    }
    let unit = additional?.micros ?? hold.amount
    return state.record(hold, .holdExtended, in: account, unit: unit, as: context)
  }
}
