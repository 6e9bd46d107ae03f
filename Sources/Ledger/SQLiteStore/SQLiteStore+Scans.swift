package import Ledger
package import LedgerEngine

// What scans read. A row that cannot be understood is told, not thrown: the ledger goes on, and the scan says so.
extension SQLiteStore {
  package mutating func record(_ number: Int64) throws(StoreError) -> Scanned<JournalRecord>? {
    try scannedRecord(number)
  }

  func scannedRecord(_ number: Int64) throws(StoreError) -> Scanned<JournalRecord>? {
    let select = statements.selectRecord
    select.bind(1, number)
    defer { select.reset() }
    return try select.step() ? Self.record(in: select) : nil
  }

  package mutating func records(from first: Int64, limit: Int) throws(StoreError) -> [Scanned<JournalRecord>] {
    let select = statements.scans.selectRecords
    select.bind(1, first)
    select.bind(2, Int64(limit))
    defer { select.reset() }
    var records: [Scanned<JournalRecord>] = []
    var numbers = RisingKeys(of: "journal", after: first - 1)
    while try select.step() {
      try numbers.take(select.int64(0))
      records.append(Self.record(in: select))
    }
    return records
  }

  package mutating func refusals(from first: Int64, limit: Int) throws(StoreError) -> [Scanned<RememberedRefusal>] {
    let select = statements.scans.selectRefusals
    select.bind(1, first)
    select.bind(2, Int64(limit))
    defer { select.reset() }
    var refusals: [Scanned<RememberedRefusal>] = []
    var numbers = RisingKeys(of: "refusal", after: first - 1)
    while try select.step() {
      try numbers.take(select.int64(0))
      refusals.append(Self.refusal(in: select))
    }
    return refusals
  }

  package mutating func answerPlace(of key: IdempotencyKey) throws(StoreError) -> Int64? {
    try keyIndex.answer(for: key)
  }

  package mutating func accounts(after created: Int64, limit: Int) throws(StoreError) -> [TableRow<Int64, Account>] {
    var found: [(row: Int64, id: WalletID)] = []
    do {
      let select = statements.scans.selectWallets
      select.bind(1, created)
      select.bind(2, Int64(limit))
      defer { select.reset() }
      var wallets = RisingKeys(of: "wallet", after: created)
      while try select.step() {
        try wallets.take(select.int64(0))
        found.append((select.int64(0), WalletID(select.text(1))))
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

  /// What is wrong with a row; a full disk is no fault of a row.
  static func damage(_ error: StoreError) throws(StoreError) -> String {
    switch error {
    case .failed(let reason): return reason
    case .diskFull: throw error
    }
  }

  private static func record(in select: Statement) -> Scanned<JournalRecord> {
    let number = select.int64(0)
    guard let kind = RecordKind(rawValue: select.text(5)), let method = Method(rawValue: select.text(19)),
      let fingerprint = select.digest(20), let hash = select.digest(22),
      let counterAccount = optional(select.optionalText(7), { CounterAccount(rawValue: $0) }),
      let reason = optional(select.optionalText(11), { ChargeReason(rawValue: $0) }),
      let holdID = optional(select.optionalText(14), { HoldID($0) }),
      let refundedEntryID = optional(select.optionalText(15), { EntryID($0) })
    else { return .damaged("record \(number) is damaged") }
    return .row(
      JournalRecord(
        number: number,
        walletID: WalletID(select.text(1)),
        sequence: select.int64(2),
        previous: select.int64(3),
        time: LedgerTime(microseconds: select.int64(4)),
        kind: kind,
        amount: select.int64(6),
        counterAccount: counterAccount,
        heldChange: select.int64(8),
        posted: select.int64(9),
        held: select.int64(10),
        reason: reason,
        reference: select.text(12),
        rechargeID: select.optionalText(13).map { RechargeID($0) },
        holdID: holdID,
        refundedEntryID: refundedEntryID,
        shortfall: select.int64(16),
        origin: Origin(
          caller: select.text(17),
          key: select.optionalText(18),
          method: method,
          fingerprint: fingerprint
        ),
        payload: select.bytes(21),
        hash: hash
      )
    )
  }

  private static func refusal(in select: Statement) -> Scanned<RememberedRefusal> {
    let number = select.int64(0)
    guard let method = Method(rawValue: select.text(4)), let fingerprint = Digest(bytes: select.bytes(5)),
      let hash = Digest(bytes: select.bytes(8)),
      let remembered = try? RememberedRefusal(
        number: number,
        time: LedgerTime(microseconds: select.int64(1)),
        key: IdempotencyKey(caller: select.text(2), key: select.text(3)),
        method: method,
        fingerprint: fingerprint,
        canonicalBytes: select.bytes(7),
        hash: hash
      ), remembered.refusal.reason.rawValue == select.text(6)
    else { return .damaged("refusal \(number) is damaged") }
    return .row(remembered)
  }

  /// nil where there is a text that names no value.
  private static func optional<Value>(_ text: String?, _ read: (String) -> Value?) -> Value?? {
    guard let text else { return .some(nil) }
    return read(text).map { .some($0) }
  }
}
