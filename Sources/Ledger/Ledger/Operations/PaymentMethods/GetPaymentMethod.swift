/// Reads one of a wallet's saved cards.
package struct GetPaymentMethod: Question {
  package var walletID: WalletID
  /// nil for the wallet's default card.
  package var paymentMethodID: PaymentMethodID?

  package init(_ walletID: WalletID, _ paymentMethodID: PaymentMethodID?) {
    self.walletID = walletID
    self.paymentMethodID = paymentMethodID
  }

  package func addNeeds(to needs: inout Needs) {
    needs.walletsWithCards.insert(walletID)
    if let paymentMethodID { needs.paymentMethods.insert(paymentMethodID) }
  }

  package func answer(from state: LedgerState, as context: QuestionContext) throws(Refusal) -> PaymentMethodReply {
    let account = try state.account(walletID)
    guard let id = paymentMethodID ?? account.defaultPaymentMethod else { throw .paymentMethodNotFound(walletID) }
    return PaymentMethodReply(
      wallet: account.wallet(toldAt: context.time),
      paymentMethod: try state.savedCard(id, of: walletID)
    )
  }
}
