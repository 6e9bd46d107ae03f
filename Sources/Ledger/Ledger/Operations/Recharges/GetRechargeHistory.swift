/// Reads a recharge with its refunds and disputes.
package struct GetRechargeHistory: Question {
  package var rechargeID: RechargeID

  package init(_ rechargeID: RechargeID) { self.rechargeID = rechargeID }

  package func addNeeds(to needs: inout Needs) { needs.histories.insert(rechargeID) }

  package func answer(from state: LedgerState, as context: QuestionContext) throws(Refusal) -> RechargeHistory {
    try state.history(of: rechargeID)
  }
}

/// A recharge and what became of its money since.
package struct RechargeHistory: Hashable, Sendable {
  package var recharge: RechargeReply
  /// The oldest first, as are the disputes.
  package var refunds: [RechargeRefund]
  package var disputes: [Dispute]
  /// What can still be given back.
  package var refundable: Money
}

extension LedgerState {
  func history(of id: RechargeID) throws(Refusal) -> RechargeHistory {
    let current = try recharge(id)
    let refunds = refunds.values.map(\.refund).filter { $0.rechargeID == id }
      .sorted { ($0.createTime, $0.id.value) < ($1.createTime, $1.id.value) }
    let disputes = disputes.values.map(\.dispute).filter { $0.rechargeID == id }
      .sorted { ($0.createTime, $0.id.value) < ($1.createTime, $1.id.value) }
    // What may yet be given back counts as given.
    let gone =
      refunds.reduce(0) { $0 + ($1.state == .failed ? 0 : $1.amount.micros) }
      + disputes.reduce(0) { $0 + $1.taken }
    let paid = current.recharge.state == .paid ? current.recharge.amount.micros : 0
    return RechargeHistory(
      recharge: current.reply,
      refunds: refunds,
      disputes: disputes,
      refundable: Money(micros: max(0, paid - gone), currency: current.recharge.amount.currency)
    )
  }
}
