// Refunds and disputes of recharges.

extension CanonicalWriter {
  package mutating func write(_ refund: RechargeRefund) {
    write(refund.id.value)
    write(refund.rechargeID.value)
    write(refund.walletID.value)
    write(refund.caller)
    write(refund.amount)
    write(refund.processorChargeID)
    write(refund.state.rawValue)
    write(refund.processorRefundID)
    write(refund.explanation)
    write(refund.createTime.microseconds)
    write(refund.updateTime.microseconds)
    write(refund.memo)
  }

  package mutating func write(_ reply: RechargeRefundReply) {
    write(reply.wallet)
    write(reply.refund)
    write(reply.entry != nil)
    if let entry = reply.entry { write(entry) }
  }

  package mutating func write(_ reply: DisputeReply) {
    write(reply.wallet)
    write(reply.dispute.id.value)
    write(reply.dispute.rechargeID.value)
    write(reply.dispute.walletID.value)
    write(reply.dispute.amount)
    write(reply.dispute.state.rawValue)
    write(reply.dispute.createTime.microseconds)
    write(reply.dispute.updateTime.microseconds)
    write(reply.entry != nil)
    if let entry = reply.entry { write(entry) }
  }
}

extension CanonicalReader {
  package mutating func readRechargeRefund() throws(Malformed) -> RechargeRefund {
    var refund = RechargeRefund(
      id: RechargeRefundID(try readString()),
      rechargeID: RechargeID(try readString()),
      walletID: WalletID(try readString()),
      caller: try readString(),
      amount: try readMoney(),
      processorChargeID: try readString(),
      state: try read(RechargeRefundState.self),
      processorRefundID: try readOptionalString(),
      explanation: try readOptionalString(),
      createTime: try readTime(),
      updateTime: try readTime()
    )
    if layout >= .billing { refund.memo = try readString() }
    return refund
  }

  package mutating func readRechargeRefundReply() throws(Malformed) -> RechargeRefundReply {
    RechargeRefundReply(
      wallet: try readWallet(),
      refund: try readRechargeRefund(),
      entry: try readBool() ? try readEntry() : nil
    )
  }

  package mutating func readDisputeReply() throws(Malformed) -> DisputeReply {
    DisputeReply(
      wallet: try readWallet(),
      dispute: Dispute(
        id: DisputeID(try readString()),
        rechargeID: RechargeID(try readString()),
        walletID: WalletID(try readString()),
        amount: try readMoney(),
        state: try read(DisputeState.self),
        createTime: try readTime(),
        updateTime: try readTime()
      ),
      entry: try readBool() ? try readEntry() : nil
    )
  }
}
