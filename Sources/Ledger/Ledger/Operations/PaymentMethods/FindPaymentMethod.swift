/// Finds a card in any state; nil if it does not exist.
package struct FindPaymentMethod: Question {
  package var paymentMethodID: PaymentMethodID

  package init(_ paymentMethodID: PaymentMethodID) { self.paymentMethodID = paymentMethodID }

  package func addNeeds(to needs: inout Needs) { needs.paymentMethodsWithWallets.insert(paymentMethodID) }

  package func answer(from state: LedgerState, as context: QuestionContext) throws(Refusal) -> PaymentMethod? {
    state.paymentMethods[paymentMethodID]
  }
}
