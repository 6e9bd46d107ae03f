/// Takes over a refund that was made at the processor, not by this ledger: in its dashboard, for example. A repeated
/// report has no further effect; a bank that returns the money later is recorded with `SettleRechargeRefund`.
package struct RecordFoundRefund: Mutation {
  package static let method = Method.recordFoundRefund

  package var rechargeID: RechargeID
  /// The processor's id of the refund, which is also the ledger's.
  package var processorRefundID: String
  package var amount: Money

  package init(_ processorRefundID: String, of rechargeID: RechargeID, _ amount: Money) {
    self.processorRefundID = processorRefundID
    self.rechargeID = rechargeID
    self.amount = amount
  }

  package var refundID: RechargeRefundID { RechargeRefundID(processorRefundID) }

  package func addNeeds(to needs: inout Needs) {
    needs.histories.insert(rechargeID)
    needs.refunds.insert(refundID)
  }

  package func decide(
    in state: inout LedgerState,
    as context: DecisionContext
  ) throws(Refusal) -> RechargeRefundReply {
    if let known = state.refunds[refundID] { return known.reply }
    let history = try state.history(of: rechargeID)
    let recharge = history.recharge.recharge
    let account = try state.account(recharge.walletID)
    guard recharge.state == .paid, let chargeID = recharge.processorChargeID else {
      throw .rechargeNotRefundable(rechargeID, recharge.state)
    }
    try amount.checkPositive(in: account.wallet.currency)
    // The processor refuses refunds that are under way and for which this one has left too little.
    guard amount.micros <= history.notGivenBack.micros else {
      throw .refundExceedsRecharge(rechargeID, refundable: history.notGivenBack)
    }
    var after = account.wallet
    try after.post(-amount.micros)
    let refund = RechargeRefund(
      id: refundID,
      rechargeID: rechargeID,
      walletID: recharge.walletID,
      caller: context.origin.caller,
      amount: amount,
      processorChargeID: chargeID,
      state: .refunded,
      processorRefundID: processorRefundID,
      createTime: context.time,
      updateTime: context.time
    )
    return state.record(refund, as: .rechargeRefundFound, moving: -amount.micros, in: account, context)
  }
}
