/// Records that a removed card is detached at the processor, or that another card keeps its token.
package struct DetachPaymentMethod: Mutation {
  package static let method = Method.detachPaymentMethod

  package var paymentMethodID: PaymentMethodID

  package init(_ paymentMethodID: PaymentMethodID) { self.paymentMethodID = paymentMethodID }

  package func addNeeds(to needs: inout Needs) { needs.paymentMethodsWithWallets.insert(paymentMethodID) }

  package func decide(
    in state: inout LedgerState,
    as context: DecisionContext
  ) throws(Refusal) -> RemovedPaymentMethodReply {
    var paymentMethod = try state.knownCard(paymentMethodID)
    let account = try state.account(paymentMethod.walletID)
    guard paymentMethod.state == .removed else {
      return RemovedPaymentMethodReply(
        wallet: account.wallet,
        removed: paymentMethod,
        defaultPaymentMethod: state.defaultCard(of: account)
      )
    }
    paymentMethod.state = .detached
    state.save(paymentMethod)
    return state.record(paymentMethod, .paymentMethodDetached, in: account, as: context)
  }
}
