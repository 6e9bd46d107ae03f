/// Takes over what the card's network has changed of a saved card: its last digits, its expiry. Has no effect if nothing
/// differs or the card is not saved any more.
package struct UpdatePaymentMethod: Mutation {
  package static let method = Method.updatePaymentMethod

  package var paymentMethodID: PaymentMethodID
  /// The card as the processor shows it now.
  package var card: Card

  package init(_ paymentMethodID: PaymentMethodID, _ card: Card) {
    self.paymentMethodID = paymentMethodID
    self.card = card
  }

  package func addNeeds(to needs: inout Needs) { needs.paymentMethodsWithWallets.insert(paymentMethodID) }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> PaymentMethodReply {
    var paymentMethod = try state.knownCard(paymentMethodID)
    var account = try state.account(paymentMethod.walletID)
    guard paymentMethod.state == .saved, paymentMethod.card != card else {
      return PaymentMethodReply(wallet: account.wallet(toldAt: context.time), paymentMethod: paymentMethod)
    }
    paymentMethod.card = card
    state.save(paymentMethod)
    if account.defaultPaymentMethod == paymentMethodID { account.pay(with: paymentMethod) }
    return state.append(Posting(kind: .paymentMethodUpdated), to: account, as: context) { wallet, _ in
      PaymentMethodReply(wallet: wallet, paymentMethod: paymentMethod)
    }
  }
}
