/// Finds the recharge to which the processor's charge belongs; nil if it belongs to none.
package struct FindRechargeOfCharge: Question {
  package var processorChargeID: String

  package init(_ processorChargeID: String) { self.processorChargeID = processorChargeID }

  package func addNeeds(to needs: inout Needs) {
    needs.processorChargeIDs.insert(processorChargeID)
    needs.chargesOfRecharges.insert(processorChargeID)
  }

  package func answer(from state: LedgerState, as context: QuestionContext) throws(Refusal) -> RechargeReply? {
    state.processorCharges[processorChargeID].flatMap { state.recharges[$0]?.reply }
  }
}
