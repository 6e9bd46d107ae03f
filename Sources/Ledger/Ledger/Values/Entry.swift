/// A posted movement of money between a wallet and a counter-account.
package struct Entry: Hashable, Sendable {
  package var id: EntryID
  package var sequence: Int64
  package var time: LedgerTime
  package var kind: RecordKind
  /// The change of the wallet's posted balance; negative for a spend.
  package var amount: Money
  package var counterAccount: CounterAccount
  /// The wallet's balances after the entry, in micros.
  package var posted: Int64
  package var held: Int64
  /// The usage that was paid or refunded; nil if the entry is not about usage.
  package var reason: ChargeReason?
  /// The caller's reference of the usage, or the memo of an entry that is not about usage.
  package var reference: String
  /// The reason of a refund of usage, for people.
  package var memo = ""
  package var caller: String
  package var rechargeID: RechargeID?
  /// The refund of a recharge that moved the money, in either direction.
  package var rechargeRefundID: RechargeRefundID?
  /// The dispute that moved the money.
  package var disputeID: DisputeID?
  /// The hold that was captured.
  package var holdID: HoldID?
  /// The entry that was refunded.
  package var refundedEntryID: EntryID?
  /// The part of the amount that neither the hold nor the wallet's available credits covered, in micros.
  package var shortfall: Int64

  /// The entry that `record` posted; nil if it moved no money.
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

/// An entry with the sum of its refunds.
package struct RecordedEntry: Hashable, Sendable {
  package var id: EntryID
  package var walletID: WalletID
  package var kind: RecordKind
  /// The change of the wallet's posted balance; negative for a spend.
  package var amount: Money
  package var reason: ChargeReason?
  package var reference: String
  /// The sum of the entry's refunds, in micros.
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

  /// Returns nil if `record` moved no money.
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

  /// The amount that can still be refunded.
  package var refundable: Money {
    Money(micros: isRefundable ? -amount.micros - refunded : 0, currency: amount.currency)
  }
}
