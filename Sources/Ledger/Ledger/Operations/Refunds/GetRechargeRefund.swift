/// Reads a refund as it is after its last transition.
package struct GetRechargeRefund: Question {
  package var refundID: RechargeRefundID

  package init(_ refundID: RechargeRefundID) { self.refundID = refundID }

  package func addNeeds(to needs: inout Needs) { needs.refunds.insert(refundID) }

  package func answer(from state: LedgerState, as context: QuestionContext) throws(Refusal) -> RechargeRefundReply {
    try state.refund(refundID).reply
  }
}
