/// Checks whether a card may be set up for a wallet, and replies with the wallet. A setup itself is only the processor's.
package struct CheckPaymentMethodSetup: Question {
  package var walletID: WalletID
  package var key: IdempotencyKey

  package init(_ walletID: WalletID, key: IdempotencyKey) {
    self.walletID = walletID
    self.key = key
  }

  package func addNeeds(to needs: inout Needs) {
    needs.wallets.insert(walletID)
    needs.keys.append(key)
  }

  package func answer(from state: LedgerState, as context: QuestionContext) throws(Refusal) -> Wallet {
    // Setups are not recorded, so a recorded key is that of another request.
    guard state.recordedOutcomes[key] == nil else { throw .idempotencyKeyReused }
    let wallet = try state.account(walletID).wallet
    try wallet.checkAllows(.keepingCards)
    return wallet
  }
}
