/// The state of a dispute.
package enum DisputeState: String, Hashable, Sendable, CaseIterable {
  /// The bank has taken the money back, and has not decided yet.
  case opened = "OPENED"
  /// The bank has returned the money.
  case won = "WON"
  /// The bank keeps the money.
  case lost = "LOST"

  package var isOpen: Bool { self == .opened }
}

/// A cardholder's claim at the bank for the money of a recharge.
package struct Dispute: Hashable, Sendable {
  package var id: DisputeID
  package var rechargeID: RechargeID
  package var walletID: WalletID
  /// The amount that the bank takes back of what the recharge has credited. Zero if other disputes have taken all of it.
  package var amount: Money
  package var state: DisputeState
  package var createTime: LedgerTime
  package var updateTime: LedgerTime

  package init(
    id: DisputeID,
    rechargeID: RechargeID,
    walletID: WalletID,
    amount: Money,
    state: DisputeState,
    createTime: LedgerTime,
    updateTime: LedgerTime
  ) {
    self.id = id
    self.rechargeID = rechargeID
    self.walletID = walletID
    self.amount = amount
    self.state = state
    self.createTime = createTime
    self.updateTime = updateTime
  }

  /// The amount that the bank has now, in micros.
  package var taken: Int64 { state == .won ? 0 : amount.micros }
}

/// A dispute with the reply of its last update.
package struct RecordedDispute: Hashable, Sendable {
  package var reply: DisputeReply
  /// The number of the update's journal record.
  package var record: Int64

  package init(reply: DisputeReply, record: Int64) {
    self.reply = reply
    self.record = record
  }

  package var dispute: Dispute { reply.dispute }
}
