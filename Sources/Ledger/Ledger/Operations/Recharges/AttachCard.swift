/// Records the token and the details of a recharge's new card that the processor has attached. Precedes the charge.
package struct AttachCard: Mutation {
  package static let method = Method.settleRecharge

  package var rechargeID: RechargeID
  package var token: PaymentMethodToken
  package var card: Card

  package init(_ rechargeID: RechargeID, _ token: PaymentMethodToken, _ card: Card) {
    self.rechargeID = rechargeID
    self.token = token
    self.card = card
  }

  package func addNeeds(to needs: inout Needs) { needs.recharges.insert(rechargeID) }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> RechargeReply {
    let current = try state.recharge(rechargeID)
    var recharge = current.recharge
    if recharge.paymentMethodIsAttached { return current.reply }
    guard recharge.state == .processing else { throw .rechargeAlreadySettled(rechargeID, recharge.state) }
    recharge.paymentMethodIsAttached = true
    recharge.paymentMethod.token = token
    recharge.paymentMethod.card = card
    let account = try state.account(recharge.walletID)
    return state.record(recharge, .rechargeCardAttached, in: account, as: context)
  }
}
