/// Reads a wallet.
package struct GetWallet: Question {
  package var walletID: WalletID

  package init(_ walletID: WalletID) { self.walletID = walletID }

  package func addNeeds(to needs: inout Needs) { needs.wallets.insert(walletID) }

  package func answer(from state: LedgerState, as context: QuestionContext) throws(Refusal) -> Wallet {
    try state.account(walletID).wallet(readAt: context.time)
  }
}
