/// Records an update of a dispute, in every state of the wallet, because the money has moved.
///
/// Updates may be late, repeated or out of order, so the wallet is posted the difference between what the bank had
/// before and what it has now. The bank's decision is final.
///
/// All disputes of a recharge together take no more than it has credited: a dispute is recorded with the part of its amount
/// that the others leave, which may be nothing. A bank that disputes the same charge twice takes the customer's credits
/// once.
package struct RecordDispute: Mutation {
  package static let method = Method.recordDispute

  package var disputeID: DisputeID
  package var rechargeID: RechargeID
  /// The amount that the bank takes back, at most that of the recharge. Zero if it takes nothing, or no more.
  package var amount: Money
  package var disputeState: DisputeState

  package init(_ disputeID: DisputeID, _ rechargeID: RechargeID, _ amount: Money, _ disputeState: DisputeState) {
    self.disputeID = disputeID
    self.rechargeID = rechargeID
    self.amount = amount
    self.disputeState = disputeState
  }

  package func addNeeds(to needs: inout Needs) {
    needs.histories.insert(rechargeID)
    needs.disputes.insert(disputeID)
  }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> DisputeReply {
    let recharge = try state.recharge(rechargeID).recharge
    guard recharge.state == .paid else { throw .rechargeNotRefundable(rechargeID, recharge.state) }
    guard amount.currency == recharge.amount.currency, (0...recharge.amount.micros).contains(amount.micros)
    else { throw .disputeImplausible(disputeID, rechargeID) }
    var account = try state.account(recharge.walletID)
    let known = state.disputes[disputeID]
    let debited = amountLeft(of: recharge, in: state)
    if let known {
      guard known.dispute.rechargeID == rechargeID else { throw .disputeImplausible(disputeID, rechargeID) }
      let isUpdate = known.dispute.state.isOpen && (disputeState != .opened || debited != known.dispute.amount)
      guard isUpdate else { return known.reply }
    }
    var dispute = known?.dispute ?? newDispute(of: recharge, at: context.time)
    let takenBefore = known?.dispute.taken ?? 0
    (dispute.amount, dispute.state, dispute.updateTime) = (debited, disputeState, context.time)
    let micros = takenBefore - dispute.taken
    guard let posted = account.wallet.posted(after: micros) else {
      throw .disputeImplausible(disputeID, rechargeID)
    }
    let shortfall = account.wallet.shortfall(taking: -micros)
    account.wallet.posted = posted
    account.openDisputes += (disputeState.isOpen ? 1 : 0) - (known?.dispute.state.isOpen == true ? 1 : 0)
    // The card of a disputed recharge is not charged again unless the customer asks for it.
    if dispute.taken > takenBefore { account.wallet.autoRecharge?.take(.disputed, at: context.time) }
    let posting = Posting(
      kind: RecordKind(disputeState),
      counterAccount: micros == 0 ? nil : .disputes,
      rechargeID: rechargeID,
      shortfall: shortfall
    )
    let reply = state.append(posting, to: account, as: context) { wallet, record in
      var reply = DisputeReply(wallet: wallet, dispute: dispute, entry: Entry(record, in: wallet.currency))
      reply.entry?.disputeID = dispute.id
      return reply
    }
    state.save(RecordedDispute(reply: reply, record: state.position.record))
    return reply
  }

  /// The part of the amount that the recharge's other disputes leave.
  private func amountLeft(of recharge: Recharge, in state: LedgerState) -> Money {
    let taken = state.disputes.values.reduce(Int64(0)) { sum, other in
      other.dispute.rechargeID == rechargeID && other.dispute.id != disputeID ? sum + other.dispute.taken : sum
    }
    return Money(micros: max(0, min(amount.micros, recharge.amount.micros - taken)), currency: amount.currency)
  }

  private func newDispute(of recharge: Recharge, at time: LedgerTime) -> Dispute {
    Dispute(
      id: disputeID,
      rechargeID: rechargeID,
      walletID: recharge.walletID,
      amount: amount,
      state: disputeState,
      createTime: time,
      updateTime: time
    )
  }
}

extension Refusal {
  package static func disputeImplausible(_ id: DisputeID, _ rechargeID: RechargeID) -> Refusal {
    Refusal(
      .disputeImplausible,
      [.rechargeID: rechargeID.value],
      sentence:
        "dispute \(id) names more than recharge \(rechargeID) has brought, another currency, or another recharge's"
    )
  }
}
