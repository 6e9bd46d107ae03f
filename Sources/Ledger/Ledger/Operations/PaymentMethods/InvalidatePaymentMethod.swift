/// Removes a saved card that the processor no longer has, so that it is not charged in vain. Has no effect if the card is
/// not saved any more.
///
/// If the default card is removed, the card that was saved last becomes the default. If no card is left, automatic
/// recharges are suspended in the same commit.
package struct InvalidatePaymentMethod: Mutation {
  package static let method = Method.invalidatePaymentMethod

  package var paymentMethodID: PaymentMethodID

  package init(_ paymentMethodID: PaymentMethodID) { self.paymentMethodID = paymentMethodID }

  package func addNeeds(to needs: inout Needs) { needs.paymentMethodsWithWallets.insert(paymentMethodID) }

  package func decide(
    in state: inout LedgerState,
    as context: DecisionContext
  ) throws(Refusal) -> RemovedPaymentMethodReply {
    var paymentMethod = try state.knownCard(paymentMethodID)
    var account = try state.account(paymentMethod.walletID)
    guard paymentMethod.state == .saved else {
      return RemovedPaymentMethodReply(
        wallet: account.wallet(toldAt: context.time),
        removed: paymentMethod,
        defaultPaymentMethod: state.defaultCard(of: account)
      )
    }
    paymentMethod.state = .detached
    state.save(paymentMethod)
    state.replaceDefault(of: &account, removed: paymentMethodID)
    return state.record(paymentMethod, .paymentMethodInvalidated, in: account, as: context)
  }
}
