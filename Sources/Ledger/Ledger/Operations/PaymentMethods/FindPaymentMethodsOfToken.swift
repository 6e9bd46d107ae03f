/// Finds the saved cards with a token, of all wallets. A processor that detaches cards gives no token to two wallets; others
/// may.
package struct FindPaymentMethodsOfToken: Question {
  package var token: PaymentMethodToken

  package init(_ token: PaymentMethodToken) { self.token = token }

  package func addNeeds(to needs: inout Needs) { needs.paymentMethodTokens.insert(token) }

  package func answer(from state: LedgerState, as context: QuestionContext) throws(Refusal) -> [PaymentMethod] {
    state.paymentMethods.values.filter { $0.token == token && $0.state == .saved }.sorted { $0.id.value < $1.id.value }
  }
}
