/// Replaces the billing details of a saved card.
package struct UpdateBillingDetails: Mutation {
  package static let method = Method.updateBillingDetails

  package var walletID: WalletID
  /// nil for the wallet's default card.
  package var paymentMethodID: PaymentMethodID?
  package var billing: BillingDetails

  package init(_ walletID: WalletID, _ paymentMethodID: PaymentMethodID?, _ billing: BillingDetails) {
    self.walletID = walletID
    self.paymentMethodID = paymentMethodID
    self.billing = billing
  }

  package func addNeeds(to needs: inout Needs) {
    needs.walletsWithCards.insert(walletID)
    if let paymentMethodID { needs.paymentMethods.insert(paymentMethodID) }
  }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> PaymentMethodReply {
    let account = try state.account(walletID)
    try billing.screen()
    guard let id = paymentMethodID ?? account.defaultPaymentMethod else { throw .paymentMethodNotFound(walletID) }
    var paymentMethod = try state.savedCard(id, of: walletID)
    try account.wallet.checkAllows(.keepingCards)
    paymentMethod.billing = billing
    state.save(paymentMethod)
    return state.append(Posting(kind: .billingDetailsUpdated), to: account, as: context) { wallet, _ in
      PaymentMethodReply(wallet: wallet, paymentMethod: paymentMethod)
    }
  }
}
