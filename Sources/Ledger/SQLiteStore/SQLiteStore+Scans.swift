package import Ledger
package import LedgerEngine

// The store's tables as scans read them. An unreadable row is returned as damaged, not thrown: the ledger continues, and
// the scan reports it.
extension SQLiteStore {
  package mutating func record(_ number: Int64) throws(StoreError) -> Scanned<JournalRecord>? {
    try scannedRecord(number)
  }

  func scannedRecord(_ number: Int64) throws(StoreError) -> Scanned<JournalRecord>? {
    let select = statements.journal.select
    select.bind(.id, number)
    defer { select.reset() }
    return try scannedRow("record \(number)") { () throws(StoreError) in
      try select.step().map { Self.record(in: $0) }
    }
  }

  package mutating func records(
    from first: Int64,
    limit: Int
  ) throws(StoreError) -> [TableRow<Int64, JournalRecord>] {
    try page(
      of: "journal",
      "records",
      statements.journal.selectPage,
      by: .record,
      from: first,
      through: position.record,
      limit: limit
    ) { Self.record(in: $0) }
  }

  package mutating func refusals(
    from first: Int64,
    limit: Int
  ) throws(StoreError) -> [TableRow<Int64, RememberedRefusal>] {
    try page(
      of: "refusal",
      "refusals",
      statements.refusals.selectPage,
      by: .refusal,
      from: first,
      through: position.refusal,
      limit: limit
    ) { row in
      guard let remembered = Self.refusal(in: row), remembered.refusal.reason.rawValue == row.text(.reason) else {
        return .damaged("refusal \(row.int64(.refusal)) is damaged")
      }
      return .row(remembered)
    }
  }

  package mutating func answerPlace(of key: IdempotencyKey) throws(StoreError) -> AnswerPlace? {
    try keyIndex.place(of: key, isSound: { isSound($0) })
  }

  package mutating func bookkeepingDamage() throws(StoreError) -> [String] {
    var damages = [try lastFoldedRecord().damage, keyIndex.lostKeys].compactMap { $0 }
    for index in Self.indexes {
      if let damage = try damage(of: index) { damages.append(damage) }
    }
    return damages
  }

  package mutating func accounts(after created: Int64?, limit: Int) throws(StoreError) -> [TableRow<Int64, Account>] {
    let found = try page(
      of: "wallet",
      "wallets",
      statements.wallets.selectPage,
      by: .wallet,
      from: (created ?? 0) + 1,
      through: position.record,
      limit: limit
    ) { .row(WalletRow($0)) }
    var rows: [TableRow<Int64, Account>] = []
    for row in found {
      switch row.row {
      case .row(let wallet): rows.append(TableRow(key: row.key, row: try scannedAccount(wallet)))
      case .damaged(let what): rows.append(TableRow(key: row.key, row: .damaged(what)))
      }
    }
    return rows
  }

  /// The row of a wallet, which operations do not read.
  private struct WalletRow {
    let id: WalletID
    let currency: String
    let createTime: LedgerTime

    init(_ row: Row<WalletStatements.TableColumn>) {
      id = WalletID(row.text(.walletID))
      currency = row.text(.currency)
      createTime = LedgerTime(microseconds: row.int64(.createTime))
    }
  }

  private mutating func scannedAccount(_ row: WalletRow) throws(StoreError) -> Scanned<Account> {
    let id = row.id
    do throws(StoreError) {
      // Not cached: a scan of all wallets would drive out those that operations need.
      let known = accounts[id]
      let stored = if let known { known } else { try readStored(id) }
      guard let stored else { return .damaged("wallet \(id) cannot be found by its id") }
      let wallet = stored.account.wallet
      guard row.currency == wallet.currency.code, row.createTime == wallet.createTime else {
        return .damaged("the row of wallet \(id) was changed")
      }
      return .row(stored.account)
    } catch {
      return .damaged(try Self.damage(error))
    }
  }

  /// Describes a damaged row. Rethrows errors that do not concern the row.
  static func damage(_ error: StoreError) throws(StoreError) -> String {
    switch error {
    case .damaged(let reason): return reason
    case .diskFull, .conflict, .failed: throw error
    }
  }

  private static func record(in row: Row<JournalStatements.Column>) -> Scanned<JournalRecord> {
    let number = row.int64(.record)
    guard let kind = RecordKind(rawValue: row.text(.kind)), let method = Method(rawValue: row.text(.method)),
      let fingerprint = row.digest(.fingerprint), let hash = row.digest(.hash),
      let counterAccount = optional(row.optionalText(.counterAccount), { CounterAccount(rawValue: $0) }),
      let reason = optional(row.optionalText(.reason), { ChargeReason(rawValue: $0) }),
      let holdID = optional(row.optionalText(.holdID), { HoldID($0) }),
      let refundedEntryID = optional(row.optionalText(.refundedEntryID), { EntryID($0) })
    else { return .damaged("record \(number) is damaged") }
    return .row(
      JournalRecord(
        number: number,
        walletID: WalletID(row.text(.walletID)),
        sequence: row.int64(.sequence),
        previous: row.int64(.previous),
        time: LedgerTime(microseconds: row.int64(.time)),
        kind: kind,
        amount: row.int64(.amount),
        counterAccount: counterAccount,
        heldChange: row.int64(.heldChange),
        posted: row.int64(.posted),
        held: row.int64(.held),
        reason: reason,
        reference: row.text(.reference),
        rechargeID: row.optionalText(.rechargeID).map { RechargeID($0) },
        holdID: holdID,
        refundedEntryID: refundedEntryID,
        shortfall: row.int64(.shortfall),
        origin: Origin(
          caller: row.text(.caller),
          key: row.optionalText(.idempotencyKey),
          method: method,
          fingerprint: fingerprint
        ),
        payload: row.bytes(.answer),
        hash: hash
      )
    )
  }

  /// Returns nil if the text names no value.
  private static func optional<Value>(_ text: String?, _ read: (String) -> Value?) -> Value?? {
    guard let text else { return .some(nil) }
    return read(text).map { .some($0) }
  }
}
