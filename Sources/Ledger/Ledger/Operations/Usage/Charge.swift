/// Charges usage to a wallet's available credits.
package struct Charge: SpendingMutation {
  package static let method = Method.charge

  package var walletID: WalletID
  /// Above zero, in the wallet's currency.
  package var amount: Money
  package var reason: ChargeReason
  /// The caller's reference of the usage.
  package var reference: String
  /// Whether a refusal for lack of credits is not final while an automatic recharge is charging.
  package var waitsForRecharge: Bool

  package init(
    _ walletID: WalletID,
    _ amount: Money,
    _ reason: ChargeReason,
    reference: String,
    waitsForRecharge: Bool = false
  ) {
    self.walletID = walletID
    self.amount = amount
    self.reason = reason
    self.reference = reference
    self.waitsForRecharge = waitsForRecharge
  }

  package func addNeeds(to needs: inout Needs) {
    needs.wallets.insert(walletID)
    needs.spends = true
  }

  package func payingWallet(in state: LedgerState) -> WalletID? { walletID }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> EntryReply {
    var account = try state.account(walletID)
    try amount.checkPositive(in: account.wallet.currency)
    try account.wallet.checkAllows(.spending)
    try account.wallet.checkAffords(amount)
    try account.wallet.post(-amount.micros)
    let posting = Posting(kind: .charge, counterAccount: .usage, reason: reason, reference: reference)
    return state.append(posting, to: account, as: context)
  }
}
