package import Ledger

/// The tables of a store as scans read them, as of the last commit.
///
/// Lists return at most `limit` rows in ascending order, starting after the given key or, if it is nil, at the first row.
/// Row numbers start at 1. An unreadable row is returned as damaged. All methods throw `StoreError.conflict` if others
/// changed the ledger during the read, and lists throw `StoreError.damaged` if their remaining rows are unreadable; any
/// other error concerns the whole store.
package protocol StoreTables {
  /// Returns the record with that number, or nil if it does not exist.
  mutating func record(_ number: Int64) throws(StoreError) -> Scanned<JournalRecord>?

  /// Returns records starting at number `first` or, if it is missing, at the next existing one. Consecutive unreadable
  /// records are returned as one damaged row, whose key is the number of the last of them.
  mutating func records(from first: Int64, limit: Int) throws(StoreError) -> [TableRow<Int64, JournalRecord>]

  /// Returns remembered refusals, in the manner of `records`.
  mutating func refusals(from first: Int64, limit: Int) throws(StoreError) -> [TableRow<Int64, RememberedRefusal>]

  /// Returns facts about the whole ledger, in the manner of `records`.
  mutating func facts(from first: Int64, limit: Int) throws(StoreError) -> [TableRow<Int64, LedgerFact>]

  /// Returns where the answer to `key` is recorded, or nil if `key` has no answer.
  ///
  /// - Throws: `StoreError.damaged` if the answer may be among rows that are unreadable.
  mutating func answerPlace(of key: IdempotencyKey) throws(StoreError) -> AnswerPlace?

  /// Returns wallets, ordered by the records that created them.
  mutating func accounts(after created: Int64?, limit: Int) throws(StoreError) -> [TableRow<Int64, Account>]

  mutating func holdRow(_ id: HoldID) throws(StoreError) -> Scanned<HoldRow>?

  /// Returns holds, ordered by the records that placed them.
  mutating func holdRows(after placed: Int64?, limit: Int) throws(StoreError) -> [TableRow<Int64, HoldRow>]

  /// Returns open holds, of a wallet or of all wallets, in the order of their expiry, then of the records that placed them.
  mutating func openHolds(
    of walletID: WalletID?,
    after place: HoldPlace?,
    limit: Int
  ) throws(StoreError) -> [TableRow<HoldPlace, HoldRow>]

  /// Returns refunded entries, ordered by their records.
  mutating func refundRows(after entry: Int64?, limit: Int) throws(StoreError) -> [TableRow<Int64, RefundRow>]

  mutating func rechargeRow(_ id: RechargeID) throws(StoreError) -> Scanned<RechargeRow>?

  /// Returns recharges, in the byte order of their ids.
  mutating func rechargeRows(
    after id: RechargeID?,
    limit: Int
  ) throws(StoreError) -> [TableRow<RechargeID, RechargeRow>]

  /// Returns recharges of a wallet, newest first, starting before `place` or, if it is nil, at the newest.
  mutating func rechargeIDs(
    of walletID: WalletID,
    before place: RechargePlace?,
    limit: Int
  ) throws(StoreError) -> [RechargePlace]

  /// Returns recharges of all wallets that are in one of `states`, newest first, starting before `place` or, if it is nil, at
  /// the newest.
  mutating func rechargeIDs(
    in states: Set<RechargeState>,
    before place: RechargePlace?,
    limit: Int
  ) throws(StoreError) -> [RechargePlace]

  mutating func rechargeRefundRow(_ id: RechargeRefundID) throws(StoreError) -> Scanned<RechargeRefundRow>?

  /// Returns refunds of recharges, in the byte order of their ids.
  mutating func rechargeRefundRows(
    after id: RechargeRefundID?,
    limit: Int
  ) throws(StoreError) -> [TableRow<RechargeRefundID, RechargeRefundRow>]

  mutating func disputeRow(_ id: DisputeID) throws(StoreError) -> Scanned<DisputeRow>?

  /// Returns disputes, in the byte order of their ids.
  mutating func disputeRows(
    after id: DisputeID?,
    limit: Int
  ) throws(StoreError) -> [TableRow<DisputeID, DisputeRow>]

  mutating func paymentMethodRow(_ id: PaymentMethodID) throws(StoreError) -> Scanned<PaymentMethod>?

  /// Returns cards, in the byte order of their ids.
  mutating func paymentMethodRows(
    after id: PaymentMethodID?,
    limit: Int
  ) throws(StoreError) -> [TableRow<PaymentMethodID, PaymentMethod>]

  /// Returns descriptions of the damage in the store's own bookkeeping, which no other method reads.
  mutating func bookkeepingDamage() throws(StoreError) -> [String]
}

/// Where the answer to an idempotency key is recorded.
package enum AnswerPlace: Hashable, Sendable, CustomStringConvertible {
  /// The number of a journal record.
  case record(Int64)
  /// The number of a remembered refusal.
  case refusal(Int64)

  package var description: String {
    switch self {
    case .record(let number): "record \(number)"
    case .refusal(let number): "refusal \(number)"
    }
  }
}

/// A row as a scan reads it. An unreadable row is reported and skipped, so that it hides no other.
package enum Scanned<Row> {
  case row(Row)
  /// Describes the damage, for people.
  case damaged(String)

  package var row: Row? {
    switch self {
    case .row(let row): row
    case .damaged: nil
    }
  }
}

extension Scanned: Sendable where Row: Sendable {}

/// A row of a list, with the key after which the list continues.
package struct TableRow<Key, Row> {
  package let key: Key
  package let row: Scanned<Row>

  package init(key: Key, row: Scanned<Row>) {
    self.key = key
    self.row = row
  }
}

/// A hold and the number of the record that last changed it.
package struct HoldRow: Hashable, Sendable {
  package var hold: Hold
  package var record: Int64

  package init(hold: Hold, record: Int64) {
    self.hold = hold
    self.record = record
  }
}

/// The amount refunded of an entry.
package struct RefundRow: Hashable, Sendable {
  /// The number of the last refund's record.
  package var record: Int64
  /// In micros.
  package var refunded: Int64

  package init(record: Int64, refunded: Int64) {
    self.record = record
    self.refunded = refunded
  }
}

/// What a store keeps about a recharge, besides its records.
package struct RechargeRow: Hashable, Sendable {
  package var id: RechargeID
  package var walletID: WalletID
  /// The number of the record of the recharge's last transition.
  package var record: Int64
  package var state: RechargeState
  /// In micros.
  package var amount: Int64
  package var purpose: RechargePurpose
  package var processorChargeID: String?
  package var explanation: String?
  package var createTime: LedgerTime
  package var updateTime: LedgerTime

  package init(
    id: RechargeID,
    walletID: WalletID,
    record: Int64,
    state: RechargeState,
    amount: Int64,
    purpose: RechargePurpose,
    processorChargeID: String?,
    explanation: String?,
    createTime: LedgerTime,
    updateTime: LedgerTime
  ) {
    self.id = id
    self.walletID = walletID
    self.record = record
    self.state = state
    self.amount = amount
    self.purpose = purpose
    self.processorChargeID = processorChargeID
    self.explanation = explanation
    self.createTime = createTime
    self.updateTime = updateTime
  }

  /// The row of `recharge` after `record`.
  package init(_ recharge: Recharge, record: Int64) {
    self.init(
      id: recharge.id,
      walletID: recharge.walletID,
      record: record,
      state: recharge.state,
      amount: recharge.amount.micros,
      purpose: recharge.purpose,
      processorChargeID: recharge.processorChargeID,
      explanation: recharge.explanation,
      createTime: recharge.createTime,
      updateTime: recharge.updateTime
    )
  }
}
