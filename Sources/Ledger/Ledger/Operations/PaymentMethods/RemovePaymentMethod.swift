/// Removes a saved card, in every state of the wallet: customers have a right to have their cards removed.
///
/// If the default card is removed, the card that was saved last becomes the default. If no card is left, automatic
/// recharges are suspended in the same commit.
package struct RemovePaymentMethod: Mutation {
  package static let method = Method.removePaymentMethod

  package var walletID: WalletID
  package var paymentMethodID: PaymentMethodID

  package init(_ walletID: WalletID, _ paymentMethodID: PaymentMethodID) {
    self.walletID = walletID
    self.paymentMethodID = paymentMethodID
  }

  package func addNeeds(to needs: inout Needs) {
    needs.walletsWithCards.insert(walletID)
    needs.paymentMethods.insert(paymentMethodID)
  }

  package func decide(
    in state: inout LedgerState,
    as context: DecisionContext
  ) throws(Refusal) -> RemovedPaymentMethodReply {
    var account = try state.account(walletID)
    let paymentMethod = try state.savedCard(paymentMethodID, of: walletID)
    if let open = account.openRecharge, state.recharges[open]?.recharge.paymentMethod.id == paymentMethodID {
      throw state.rechargeInProgress(open)
    }
    let removed = state.remove(paymentMethod)
    state.replaceDefault(of: &account, removed: paymentMethodID)
    return state.record(removed, .paymentMethodRemoved, in: account, as: context)
  }
}
