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
    return try select.step().map { Self.record(in: $0) }
  }

  package mutating func records(from first: Int64, limit: Int) throws(StoreError) -> [Scanned<JournalRecord>] {
    let select = statements.journal.selectPage
    select.bind(.first, first)
    select.bind(.limit, Int64(limit))
    defer { select.reset() }
    var records: [Scanned<JournalRecord>] = []
    var numbers = RisingKeys(of: "journal", after: first - 1)
    while let row = try select.step() {
      try numbers.take(row.int64(.record))
      records.append(Self.record(in: row))
    }
    return records
  }

  package mutating func refusals(from first: Int64, limit: Int) throws(StoreError) -> [Scanned<RememberedRefusal>] {
    let select = statements.refusals.selectPage
    select.bind(.first, first)
    select.bind(.limit, Int64(limit))
    defer { select.reset() }
    var refusals: [Scanned<RememberedRefusal>] = []
    var numbers = RisingKeys(of: "refusal", after: first - 1)
    while let row = try select.step() {
      let number = row.int64(.refusal)
      try numbers.take(number)
      if let remembered = Self.refusal(in: row), remembered.refusal.reason.rawValue == row.text(.reason) {
        refusals.append(.row(remembered))
      } else {
        refusals.append(.damaged("refusal \(number) is damaged"))
      }
    }
    return refusals
  }

  package mutating func answerPlace(of key: IdempotencyKey) throws(StoreError) -> AnswerPlace? {
    try keyIndex.place(of: key)
  }

  package mutating func accounts(after created: Int64?, limit: Int) throws(StoreError) -> [TableRow<Int64, Account>] {
    var found: [(row: Int64, id: WalletID)] = []
    do {
      let select = statements.wallets.selectIDs
      select.bind(.after, created ?? 0)
      select.bind(.limit, Int64(limit))
      defer { select.reset() }
      var wallets = RisingKeys(of: "wallet", after: created ?? 0)
      while let row = try select.step() {
        let wallet = row.int64(.wallet)
        try wallets.take(wallet)
        found.append((wallet, WalletID(row.text(.walletID))))
      }
    }
    var rows: [TableRow<Int64, Account>] = []
    for (row, id) in found { rows.append(TableRow(key: row, row: try scannedAccount(id))) }
    return rows
  }

  private mutating func scannedAccount(_ id: WalletID) throws(StoreError) -> Scanned<Account> {
    do throws(StoreError) {
      guard let account = try account(id) else { return .damaged("wallet \(id) cannot be found by its id") }
      return .row(account)
    } catch {
      return .damaged(try Self.damage(error))
    }
  }

  /// Describes a damaged row. Rethrows errors that do not concern the row.
  static func damage(_ error: StoreError) throws(StoreError) -> String {
    switch error {
    case .failed(let reason): return reason
    case .diskFull, .conflict: throw error
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
