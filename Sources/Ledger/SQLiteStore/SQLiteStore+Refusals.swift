import Ledger
import LedgerEngine

extension SQLiteStore {
  func recordedRefusal(_ number: Int64) throws(StoreError) -> RecordedOutcome {
    guard let remembered = try refusal(number) else { throw .damaged("refusal \(number) is lost") }
    let before: Digest?
    do throws(StoreError) {
      before = number == 1 ? .zero : try refusal(number - 1)?.hash
    } catch {
      guard case .damaged = error else { throw error }
      before = nil
    }
    // Where the one before cannot be read, nothing is proved, nor disproved.
    guard before.map({ remembered.hash == Self.sha256(remembered.bytesToHash(after: $0)) }) ?? true else {
      throw .damaged("refusal \(number) was changed")
    }
    return RecordedOutcome(
      method: remembered.method,
      fingerprint: remembered.fingerprint,
      body: .refusal(remembered.refusal)
    )
  }

  func refusal(_ number: Int64) throws(StoreError) -> RememberedRefusal? {
    try reading("refusal \(number)") { () throws(StoreError) in
      let select = statements.refusals.select
      select.bind(.id, number)
      defer { select.reset() }
      guard let row = try select.step() else { return nil }
      guard let remembered = Self.refusal(in: row) else { throw .damaged("its row was changed") }
      return remembered
    }
  }

  /// Returns nil if the row cannot be read.
  static func refusal(in row: Row<RefusalStatements.Column>) -> RememberedRefusal? {
    guard let method = Method(rawValue: row.text(.method)), let fingerprint = row.digest(.fingerprint),
      let hash = row.digest(.hash)
    else { return nil }
    return try? RememberedRefusal(
      number: row.int64(.refusal),
      time: LedgerTime(microseconds: row.int64(.time)),
      key: IdempotencyKey(caller: row.text(.caller), key: row.text(.idempotencyKey)),
      method: method,
      fingerprint: fingerprint,
      canonicalBytes: row.bytes(.answer),
      hash: hash
    )
  }

  func insert(_ remembered: RememberedRefusal) throws(StoreError) {
    let insert = statements.refusals.insert
    insert.bind(.refusal, remembered.number)
    insert.bind(.time, remembered.time.microseconds)
    insert.bind(.caller, remembered.key.caller)
    insert.bind(.idempotencyKey, remembered.key.key)
    insert.bind(.method, remembered.method.rawValue)
    insert.bind(.fingerprint, remembered.fingerprint)
    insert.bind(.reason, remembered.refusal.reason.rawValue)
    insert.bind(.answer, remembered.canonicalBytes)
    insert.bind(.hash, remembered.hash)
    try insert.run()
  }
}
