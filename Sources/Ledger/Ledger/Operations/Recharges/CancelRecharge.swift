/// Commits the outcome of a charge that a caller has cancelled at the processor, because its cardholder will not
/// authenticate: usually that it failed, or that the cardholder was faster.
///
/// The outcome is the processor's, so it is committed as such, whatever the recharge has become since the cancellation was
/// sent. The record names the caller.
package struct CancelRecharge: Mutation {
  package static let method = Method.cancelRecharge

  package var rechargeID: RechargeID
  /// The processor's state of the charge after the cancellation, which is final.
  package var settlement: Settlement

  package init(_ rechargeID: RechargeID, _ settlement: Settlement) {
    self.rechargeID = rechargeID
    self.settlement = settlement
  }

  package func addNeeds(to needs: inout Needs) { settling.addNeeds(to: &needs) }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> RechargeReply {
    try settling.decide(in: &state, as: context)
  }

  private var settling: SettleRecharge { SettleRecharge(rechargeID, settlement) }
}
