/// Commits the outcome that a person has determined for a refund that needs review.
package struct SettleRechargeRefundReview: Mutation {
  package static let method = Method.settleReview

  package var refundID: RechargeRefundID
  package var settlement: RefundSettlement
  /// The person's evidence.
  package var memo: String

  package init(_ refundID: RechargeRefundID, _ settlement: RefundSettlement, memo: String) {
    self.refundID = refundID
    self.settlement = settlement
    self.memo = memo
  }

  package func addNeeds(to needs: inout Needs) { needs.refunds.insert(refundID) }

  package func decide(
    in state: inout LedgerState,
    as context: DecisionContext
  ) throws(Refusal) -> RechargeRefundReply {
    let refund = try state.refund(refundID).refund
    try TextScreen.check(memo, field: "memo")
    guard refund.state == .needsReview else {
      throw .notInReview(state: refund.state.rawValue)
    }
    if let name = settlement.processorRefundID {
      let taken = state.refunds.values.first { $0.refund.processorRefundID == name && $0.refund.id != refundID }
      if let taken { throw .processorRefundTaken(by: taken.refund.id) }
    }
    // The outcome is not checked for plausibility: a person has more evidence than the ledger.
    return try state.settle(refundID, settlement, memo: memo, as: context)
  }
}

extension Refusal {
  /// - Parameter owner: The refund to which the processor's refund belongs.
  package static func processorRefundTaken(by owner: RechargeRefundID) -> Refusal {
    Refusal(final: .processorRefundTaken, [.refundID: owner.value])
  }

  static func processorRefundTakenSentence(_ facts: Facts) -> String {
    "the processor's refund is refund \(facts.text(.refundID)): name the one of this, with a new key"
  }
}
