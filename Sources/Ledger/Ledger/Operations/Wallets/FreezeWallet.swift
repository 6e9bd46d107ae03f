/// Freezes an active wallet, which then neither spends nor takes new money.
package struct FreezeWallet: Mutation {
  package static let method = Method.freezeWallet

  package var walletID: WalletID
  /// The reason, for people.
  package var memo: String

  package init(_ walletID: WalletID, memo: String = "") {
    self.walletID = walletID
    self.memo = memo
  }

  package func addNeeds(to needs: inout Needs) { needs.wallets.insert(walletID) }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> Wallet {
    var account = try state.account(walletID)
    try TextScreen.check(memo, field: "memo")
    switch account.wallet.state {
    case .active: account.wallet.state = .frozen
    case .frozen: throw .walletFrozen(walletID)
    case .closed: throw .walletClosed(walletID)
    }
    return state.append(Posting(kind: .walletFrozen, reference: memo), to: account, as: context)
  }
}
