import Ledger
import LedgerStore

// What scans read. A row that cannot be understood is told, not thrown: the ledger goes on, and the scan says so.
extension SQLiteStore {
  package mutating func record(_ number: Int64) throws(StoreError) -> Scanned<JournalRecord>? {
    let select = statements.selectRecord
    select.bind(1, number)
    defer { select.reset() }
    return try select.step() ? Self.record(in: select) : nil
  }

  package mutating func records(from first: Int64, limit: Int) throws(StoreError) -> [Scanned<JournalRecord>] {
    let select = statements.selectRecords
    select.bind(1, first)
    select.bind(2, Int64(limit))
    defer { select.reset() }
    var records: [Scanned<JournalRecord>] = []
    while try select.step() { records.append(Self.record(in: select)) }
    return records
  }

  package mutating func accounts(after created: Int64, limit: Int) throws(StoreError) -> [AccountRow] {
    let select = statements.selectWallets
    select.bind(1, created)
    select.bind(2, Int64(limit))
    var found: [(row: Int64, id: WalletID)] = []
    do {
      defer { select.reset() }
      while try select.step() { found.append((select.int64(0), WalletID(select.text(1)))) }
    }
    var rows: [AccountRow] = []
    for (row, id) in found {
      let account = try account(id).map { Scanned.row($0) } ?? .damaged("wallet \(id) is lost")
      rows.append(AccountRow(created: row, account: account))
    }
    return rows
  }

  private static func record(in select: Statement) -> Scanned<JournalRecord> {
    let number = select.int64(0)
    guard let kind = RecordKind(rawValue: select.text(5)), let method = Method(rawValue: select.text(15)),
      let fingerprint = Digest(bytes: select.bytes(16)), let hash = Digest(bytes: select.bytes(18)),
      let counterAccount = optional(CounterAccount.self, select.optionalText(7)),
      let reason = optional(ChargeReason.self, select.optionalText(10))
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
        posted: select.int64(8),
        held: select.int64(9),
        reason: reason,
        reference: select.text(11),
        rechargeID: select.optionalText(12).map { RechargeID($0) },
        origin: Origin(
          caller: select.text(13),
          key: select.optionalText(14),
          method: method,
          fingerprint: fingerprint
        ),
        answer: select.bytes(17),
        hash: hash
      )
    )
  }

  /// nil where there is a text that names no value.
  private static func optional<Value: RawRepresentable<String>>(_ type: Value.Type, _ text: String?) -> Value?? {
    guard let text else { return .some(nil) }
    return Value(rawValue: text).map { .some($0) }
  }
}
