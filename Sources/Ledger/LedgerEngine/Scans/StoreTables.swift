package import Ledger

/// What scans read of a store: the ledger as of its last commit.
///
/// Lists give at most `limit` rows, in rising order from the one after a key, or from the first row if that is nil. Rows
/// are numbered from 1. A row that cannot be read is returned as damaged. What is thrown is `StoreError.conflict` if
/// others changed the ledger while it was read, and otherwise concerns the whole store.
package protocol StoreTables {
  /// nil if there is no record of that number.
  mutating func record(_ number: Int64) throws(StoreError) -> Scanned<JournalRecord>?

  /// From number `first` on or, if that is missing, from the next that is there.
  mutating func records(from first: Int64, limit: Int) throws(StoreError) -> [Scanned<JournalRecord>]

  /// Remembered refusals, as `records`.
  mutating func refusals(from first: Int64, limit: Int) throws(StoreError) -> [Scanned<RememberedRefusal>]

  /// Where the store finds the answer to `key`; nil for a key without an answer.
  mutating func answerPlace(of key: IdempotencyKey) throws(StoreError) -> AnswerPlace?

  /// Wallets, by the records that created them.
  mutating func accounts(after created: Int64?, limit: Int) throws(StoreError) -> [TableRow<Int64, Account>]

  mutating func holdRow(_ id: HoldID) throws(StoreError) -> Scanned<HoldRow>?

  /// Holds, by the records that placed them.
  mutating func holdRows(after placed: Int64?, limit: Int) throws(StoreError) -> [TableRow<Int64, HoldRow>]

  /// Refunded entries, by their records.
  mutating func refundRows(after entry: Int64?, limit: Int) throws(StoreError) -> [TableRow<Int64, RefundRow>]

  mutating func rechargeRow(_ id: RechargeID) throws(StoreError) -> Scanned<RechargeRow>?

  /// Recharges, in the order of the bytes of their ids.
  mutating func rechargeRows(
    after id: RechargeID?,
    limit: Int
  ) throws(StoreError) -> [TableRow<RechargeID, RechargeRow>]

  /// Recharges of a wallet, newest first, from the one before `place` on, or from the newest if that is nil.
  mutating func rechargeIDs(
    of walletID: WalletID,
    before place: RechargePlace?,
    limit: Int
  ) throws(StoreError) -> [RechargePlace]

  mutating func rechargeRefundRow(_ id: RechargeRefundID) throws(StoreError) -> Scanned<RechargeRefundRow>?

  /// Refunds of recharges, in the order of the bytes of their ids.
  mutating func rechargeRefundRows(
    after id: RechargeRefundID?,
    limit: Int
  ) throws(StoreError) -> [TableRow<RechargeRefundID, RechargeRefundRow>]

  mutating func disputeRow(_ id: DisputeID) throws(StoreError) -> Scanned<DisputeRow>?

  /// Disputes, in the order of the bytes of their ids.
  mutating func disputeRows(
    after id: DisputeID?,
    limit: Int
  ) throws(StoreError) -> [TableRow<DisputeID, DisputeRow>]

  mutating func paymentMethodRow(_ id: PaymentMethodID) throws(StoreError) -> Scanned<PaymentMethod>?

  /// Cards, in the order of the bytes of their ids.
  mutating func paymentMethodRows(
    after id: PaymentMethodID?,
    limit: Int
  ) throws(StoreError) -> [TableRow<PaymentMethodID, PaymentMethod>]
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

/// A row as a scan finds it. One that cannot be read is reported and passed over, so that it hides no other.
package enum Scanned<Row> {
  case row(Row)
  /// What is wrong, for people.
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

/// A hold, with the number of the record that changed it last.
package struct HoldRow: Hashable, Sendable {
  package var hold: Hold
  package var record: Int64

  package init(hold: Hold, record: Int64) {
    self.hold = hold
    self.record = record
  }
}

/// What was refunded of an entry.
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

/// What a store keeps of a recharge beside its records.
package struct RechargeRow: Hashable, Sendable {
  package var id: RechargeID
  package var walletID: WalletID
  /// The number of the record of its last transition.
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
