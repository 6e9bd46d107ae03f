/// The ledger's position after its last commit.
package struct Position: Hashable, Sendable {
  /// The counts of journal records and of remembered refusals. Like facts, they are numbered from 1, without gaps.
  package var record: Int64
  package var refusal: Int64
  /// The hash of the last remembered refusal; zero before the first.
  package var refusalHash: Digest
  /// The count of facts, and the hash of the last; zero before the first.
  package var fact: Int64
  package var factHash: Digest
  /// The ledger time of the last commit.
  package var time: LedgerTime

  package static let start = Position(record: 0, refusal: 0, refusalHash: .zero, time: LedgerTime(microseconds: 0))

  package init(
    record: Int64,
    refusal: Int64,
    refusalHash: Digest,
    fact: Int64 = 0,
    factHash: Digest = .zero,
    time: LedgerTime
  ) {
    self.record = record
    self.refusal = refusal
    self.refusalHash = refusalHash
    self.fact = fact
    self.factHash = factHash
    self.time = time
  }
}

/// The part of the ledger that a batch has loaded, and the batch's changes.
package struct LedgerState: Sendable {
  package var position: Position
  package var accounts: [WalletID: Account] = [:]
  package var recordedOutcomes: [IdempotencyKey: RecordedOutcome] = [:]
  package var recharges: [RechargeID: RecordedRecharge] = [:]
  package var paymentMethods: [PaymentMethodID: PaymentMethod] = [:]
  /// Includes, for every wallet in `accounts` whose `nextHoldExpiry` has passed, its due holds, and of the others the
  /// one that expires first.
  package var holds: [HoldID: Hold] = [:]
  package var entries: [EntryID: RecordedEntry] = [:]
  /// The journal records of the requested entries.
  package var entryRecords: [EntryID: JournalRecord] = [:]
  /// Includes all refunds and disputes of every recharge of which one was requested.
  package var refunds: [RechargeRefundID: RecordedRechargeRefund] = [:]
  package var disputes: [DisputeID: RecordedDispute] = [:]
  /// The recharge to which each of the processor's charge ids belongs.
  package var processorCharges: [String: RechargeID] = [:]
  /// Complete only if the batch needs `openMatters`.
  package var openRecharges: Set<RechargeID> = []
  /// Complete only if the batch needs `openMatters`.
  package var openRefunds: Set<RechargeRefundID> = []
  /// Cards that are still to be detached at the processor. Complete only if the batch needs `openMatters`.
  package var removedPaymentMethods: Set<PaymentMethodID> = []
  /// Loaded only if the batch needs `facts`.
  package var facts = LedgerFacts()
  package internal(set) var changes = Changes()

  package init(position: Position) { self.position = position }

  /// Reserves room for the operations that have these needs, because growing a table hashes all of its keys again.
  package init(position: Position, for needs: Needs) {
    self.position = position
    let wallets = needs.wallets.count + needs.holds.count
    accounts.reserveCapacity(wallets)
    recordedOutcomes.reserveCapacity(needs.keys.count)
    changes.records.reserveCapacity(needs.keys.count)
    changes.wallets.reserveCapacity(min(wallets, needs.keys.count))
  }
}
