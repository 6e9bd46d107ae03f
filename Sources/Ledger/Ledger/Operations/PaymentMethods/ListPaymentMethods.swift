/// Lists a wallet's saved cards, newest first.
package struct ListPaymentMethods: Question {
  package var walletID: WalletID

  package init(_ walletID: WalletID) { self.walletID = walletID }

  package func addNeeds(to needs: inout Needs) { needs.walletsWithCards.insert(walletID) }

  package func answer(from state: LedgerState, as context: QuestionContext) throws(Refusal) -> SavedPaymentMethods {
    let account = try state.account(walletID)
    return SavedPaymentMethods(
      paymentMethods: state.savedCards(of: walletID),
      defaultID: account.defaultPaymentMethod
    )
  }
}

/// A wallet's saved cards.
package struct SavedPaymentMethods: Hashable, Sendable {
  /// Newest first.
  package var paymentMethods: [PaymentMethod]
  /// The default card, which pays recharges.
  package var defaultID: PaymentMethodID?
}
