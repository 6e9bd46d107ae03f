/// Where a dispute stands.
package enum DisputeState: String, Hashable, Sendable, CaseIterable {
  /// The bank has taken the money back, for now at least.
  case opened = "OPENED"
  /// The bank has given it back to us.
  case won = "WON"
  /// The bank keeps it.
  case lost = "LOST"

  package var isOpen: Bool { self == .opened }
}

/// A recharge that its cardholder wants back from the bank.
package struct Dispute: Hashable, Sendable {
  package var id: DisputeID
  package var rechargeID: RechargeID
  package var walletID: WalletID
  /// What the bank takes back, or has taken.
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

  /// What the bank has of the recharge, in micros.
  package var taken: Int64 { state == .won ? 0 : amount.micros }
}

/// A dispute by what was last heard of it.
package struct DisputeBook: Hashable, Sendable {
  package var reply: DisputeReply
  /// The journal record of that.
  package var record: Int64

  package init(reply: DisputeReply, record: Int64) {
    self.reply = reply
    self.record = record
  }

  package var dispute: Dispute { reply.dispute }
}
