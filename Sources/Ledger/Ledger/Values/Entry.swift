/// A posted movement of money between a wallet and a counter-account.
package struct Entry: Hashable, Sendable {
  package var id: EntryID
  package var sequence: Int64
  package var time: LedgerTime
  package var kind: RecordKind
  /// What it added to the wallet; negative for a spend.
  package var amount: Money
  package var counterAccount: CounterAccount
  /// The wallet's balances after it, in micros.
  package var posted: Int64
  package var held: Int64
  /// What usage was paid, or given back.
  package var reason: ChargeReason?
  /// What the caller named the usage by; the memo of a grant.
  package var reference: String
  package var caller: String
  package var rechargeID: RechargeID?
  /// The refund of a recharge that moved the money, there or back.
  package var rechargeRefundID: RechargeRefundID?
  /// The dispute that did.
  package var disputeID: DisputeID?
  /// The hold that was captured.
  package var holdID: HoldID?
  /// The entry that was refunded.
  package var refundedEntryID: EntryID?
  /// The part of a capture for which neither the hold nor the wallet had the credits, in micros.
  package var shortfall: Int64

  /// What `record` posted; nil where it moved no money.
  package init?(_ record: JournalRecord, in currency: Currency) {
    guard let counterAccount = record.counterAccount else { return nil }
    self.init(
      id: record.entryID,
      sequence: record.sequence,
      time: record.time,
      kind: record.kind,
      amount: Money(micros: record.amount, currency: currency),
      counterAccount: counterAccount,
      posted: record.posted,
      held: record.held,
      reason: record.reason,
      reference: record.reference,
      caller: record.origin.caller,
      rechargeID: record.rechargeID,
      holdID: record.holdID,
      refundedEntryID: record.refundedEntryID,
      shortfall: record.shortfall
    )
  }

  package init(
    id: EntryID,
    sequence: Int64,
    time: LedgerTime,
    kind: RecordKind,
    amount: Money,
    counterAccount: CounterAccount,
    posted: Int64,
    held: Int64,
    reason: ChargeReason?,
    reference: String,
    caller: String,
    rechargeID: RechargeID?,
    holdID: HoldID?,
    refundedEntryID: EntryID?,
    shortfall: Int64
  ) {
    self.id = id
    self.sequence = sequence
    self.time = time
    self.kind = kind
    self.amount = amount
    self.counterAccount = counterAccount
    self.posted = posted
    self.held = held
    self.reason = reason
    self.reference = reference
    self.caller = caller
    self.rechargeID = rechargeID
    self.holdID = holdID
    self.refundedEntryID = refundedEntryID
    self.shortfall = shortfall
  }
}

/// An entry by how much of it was given back.
package struct EntryBook: Hashable, Sendable {
  package var id: EntryID
  package var walletID: WalletID
  package var kind: RecordKind
  /// What the entry added to its wallet; negative for a spend.
  package var amount: Money
  package var reason: ChargeReason?
  package var reference: String
  /// The sum of all refunds of it, in micros.
  package var refunded: Int64

  package init(
    id: EntryID,
    walletID: WalletID,
    kind: RecordKind,
    amount: Money,
    reason: ChargeReason?,
    reference: String,
    refunded: Int64
  ) {
    self.id = id
    self.walletID = walletID
    self.kind = kind
    self.amount = amount
    self.reason = reason
    self.reference = reference
    self.refunded = refunded
  }

  /// nil where `record` is not an entry.
  package init?(_ record: JournalRecord, in currency: Currency, refunded: Int64 = 0) {
    guard record.counterAccount != nil else { return nil }
    self.init(
      id: record.entryID,
      walletID: record.walletID,
      kind: record.kind,
      amount: Money(micros: record.amount, currency: currency),
      reason: record.reason,
      reference: record.reference,
      refunded: refunded
    )
  }

  /// Usage can be refunded; recharges, grants and refunds themselves cannot.
  package var isRefundable: Bool { kind == .charge || kind == .capture }

  /// What may still be given back.
  package var refundable: Money {
    Money(micros: isRefundable ? -amount.micros - refunded : 0, currency: amount.currency)
  }
}
