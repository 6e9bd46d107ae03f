/// How far the ledger has come.
package struct Position: Hashable, Sendable {
  /// How many journal records and remembered refusals there are. They are numbered from 1, without a gap.
  package var record: Int64
  package var refusal: Int64
  /// The end of the chain of refusals; zero before the first.
  package var refusalHash: Digest
  /// The ledger time of the last commit.
  package var time: LedgerTime

  package static let start = Position(record: 0, refusal: 0, refusalHash: .zero, time: LedgerTime(microseconds: 0))

  package init(record: Int64, refusal: Int64, refusalHash: Digest, time: LedgerTime) {
    self.record = record
    self.refusal = refusal
    self.refusalHash = refusalHash
    self.time = time
  }
}

/// The part of the ledger that one batch needs, and what the batch changed.
package struct LedgerState: Sendable {
  package var position: Position
  package var accounts: [WalletID: Account] = [:]
  package var recordedOutcomes: [IdempotencyKey: RecordedOutcome] = [:]
  package var recharges: [RechargeID: RechargeBook] = [:]
  package var paymentMethods: [PaymentMethodID: PaymentMethod] = [:]
  /// With every wallet in `accounts` whose `nextHoldExpiry` has come: its due holds, and of the others the one that
  /// expires first.
  package var holds: [HoldID: Hold] = [:]
  package var entries: [EntryID: EntryBook] = [:]
  /// The journal records of the entries that were asked for.
  package var entryRecords: [EntryID: JournalRecord] = [:]
  /// With every recharge of which one was asked for: all of its refunds and disputes.
  package var refunds: [RechargeRefundID: RechargeRefundBook] = [:]
  package var disputes: [DisputeID: DisputeBook] = [:]
  /// Which recharge each of the processor's charge ids belongs to.
  package var processorCharges: [String: RechargeID] = [:]
  /// Complete only where a query asks for it.
  package var openRecharges: Set<RechargeID> = []
  /// As `openRecharges`.
  package var openRefunds: Set<RechargeRefundID> = []
  /// As `openRecharges`: cards that the processor has to forget.
  package var removedPaymentMethods: Set<PaymentMethodID> = []
  package internal(set) var changes = Changes()

  package init(position: Position) { self.position = position }
}
