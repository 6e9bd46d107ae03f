/// Reads a recharge as its last transition left it.
package struct GetRecharge: Question {
  package var rechargeID: RechargeID

  package init(_ rechargeID: RechargeID) { self.rechargeID = rechargeID }

  package func addNeeds(to needs: inout Needs) { needs.recharges.insert(rechargeID) }

  package func answer(from state: LedgerState, as context: QuestionContext) throws(Refusal) -> RechargeReply {
    try state.recharge(rechargeID).reply
  }
}
