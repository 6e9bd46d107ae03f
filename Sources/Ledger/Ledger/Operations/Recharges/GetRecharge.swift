/// Reads a recharge as it is after its last transition.
package struct GetRecharge: Question {
  package var rechargeID: RechargeID

  package init(_ rechargeID: RechargeID) { self.rechargeID = rechargeID }

  package func addNeeds(to needs: inout Needs) { needs.recharges.insert(rechargeID) }

  package func answer(from state: LedgerState, as context: QuestionContext) throws(Refusal) -> RechargeReply {
    try state.recharge(rechargeID).reply
  }
}
