/// Reads a recharge with its refunds and disputes.
package struct GetRechargeHistory: Question {
  package var rechargeID: RechargeID

  package init(_ rechargeID: RechargeID) { self.rechargeID = rechargeID }

  package func addNeeds(to needs: inout Needs) { needs.histories.insert(rechargeID) }

  package func answer(from state: LedgerState, as context: QuestionContext) throws(Refusal) -> RechargeHistory {
    try state.history(of: rechargeID)
  }
}

/// A recharge with its refunds and disputes.
package struct RechargeHistory: Hashable, Sendable {
  package var recharge: RechargeReply
  /// Oldest first, like `disputes`.
  package var refunds: [RechargeRefund]
  package var disputes: [Dispute]
  /// The amount that can still be refunded.
  package var refundable: Money
  /// The amount that has not been given back for certain: what refunds without an outcome want counts.
  var notGivenBack: Money
}

extension LedgerState {
  func history(of id: RechargeID) throws(Refusal) -> RechargeHistory {
    let current = try recharge(id)
    let refunds = refunds.values.map(\.refund).filter { $0.rechargeID == id }
      .sorted { ($0.createTime, $0.id.value) < ($1.createTime, $1.id.value) }
    let disputes = disputes.values.map(\.dispute).filter { $0.rechargeID == id }
      .sorted { ($0.createTime, $0.id.value) < ($1.createTime, $1.id.value) }
    let refunded = refunds.reduce(0) { $0 + ($1.state == .refunded ? $1.amount.micros : 0) }
    // A refund without an outcome counts, because it may still succeed.
    let underWay = refunds.reduce(0) { $0 + ($1.state.isOpen ? $1.amount.micros : 0) }
    let gone = refunded + disputes.reduce(0) { $0 + $1.taken }
    let paid = current.recharge.state == .paid ? current.recharge.amount.micros : 0
    let currency = current.recharge.amount.currency
    return RechargeHistory(
      recharge: current.reply,
      refunds: refunds,
      disputes: disputes,
      refundable: Money(micros: max(0, paid - gone - underWay), currency: currency),
      notGivenBack: Money(micros: max(0, paid - gone), currency: currency)
    )
  }
}
