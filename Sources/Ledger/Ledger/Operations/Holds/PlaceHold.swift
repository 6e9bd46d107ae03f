/// Sets credits aside for usage whose price is not yet known.
package struct PlaceHold: SpendingMutation {
  package static let method = Method.placeHold

  package var walletID: WalletID
  /// Above zero, in the wallet's currency.
  package var amount: Money
  package var reason: ChargeReason
  /// The caller's reference of the usage.
  package var reference: String
  /// The hold's lifetime in seconds; 0 for ``Hold/defaultLifetime``.
  package var ttl: Int64
  /// Whether a refusal for lack of credits is not final while an automatic recharge is charging.
  package var waitsForRecharge: Bool

  package init(
    _ walletID: WalletID,
    _ amount: Money,
    _ reason: ChargeReason,
    reference: String,
    ttl: Int64,
    waitsForRecharge: Bool = false
  ) {
    self.walletID = walletID
    self.amount = amount
    self.reason = reason
    self.reference = reference
    self.ttl = ttl
    self.waitsForRecharge = waitsForRecharge
  }

  package func addNeeds(to needs: inout Needs) {
    needs.wallets.insert(walletID)
    needs.spends = true
  }

  package func payingWallet(in state: LedgerState) -> WalletID? { walletID }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> HoldReply {
    var account = try state.account(walletID)
    try amount.checkPositive(in: account.wallet.currency)
    let expireTime = try Hold.expiry(after: ttl == 0 ? Hold.defaultLifetime : ttl, from: context.time)
    try account.wallet.checkAllows(.spending)
    try account.wallet.checkAffords(amount)
    account.wallet.held += amount.micros
    let entryID = state.nextEntryID(of: context.origin)
    let hold = Hold(
      id: HoldID(record: entryID.record, tag: entryID.tag),
      walletID: walletID,
      currency: amount.currency,
      amount: amount.micros,
      remaining: amount.micros,
      reason: reason,
      reference: reference,
      caller: context.origin.caller,
      expireTime: expireTime,
      createTime: context.time
    )
    return state.record(hold, .holdPlaced, in: account, unit: amount.micros, as: context)
  }
}
