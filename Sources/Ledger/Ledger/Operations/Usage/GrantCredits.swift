/// Grants credits to a wallet without payment.
package struct GrantCredits: Mutation {
  package static let method = Method.grantCredits

  package var walletID: WalletID
  /// Above zero, in the wallet's currency.
  package var amount: Money
  /// The reason of the grant, for people.
  package var memo: String

  package init(_ walletID: WalletID, _ amount: Money, memo: String) {
    self.walletID = walletID
    self.amount = amount
    self.memo = memo
  }

  package func addNeeds(to needs: inout Needs) { needs.wallets.insert(walletID) }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> EntryReply {
    var account = try state.account(walletID)
    try amount.checkPositive(in: account.wallet.currency)
    try TextScreen.check(memo, field: "memo")
    try account.wallet.checkAllows(.crediting)
    try account.wallet.post(amount.micros)
    return state.append(Posting(kind: .grant, counterAccount: .grants, reference: memo), to: account, as: context)
  }
}
