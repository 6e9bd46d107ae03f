import Ledger
import LedgerEngine

extension SQLiteStore {
  func recordedRefusal(_ number: Int64) throws(StoreError) -> RecordedOutcome {
    guard let remembered = try refusal(number) else { throw .failed("refusal \(number) is lost") }
    return RecordedOutcome(
      method: remembered.method,
      fingerprint: remembered.fingerprint,
      body: .refusal(remembered.refusal)
    )
  }

  func refusal(_ number: Int64) throws(StoreError) -> RememberedRefusal? {
    let select = statements.selectRefusal
    select.bind(1, number)
    defer { select.reset() }
    guard try select.step() else { return nil }
    guard let method = Method(rawValue: select.text(3)), let fingerprint = select.digest(4),
      let hash = select.digest(6)
    else { throw .failed("refusal \(number) is damaged") }
    let remembered = try? RememberedRefusal(
      number: number,
      time: LedgerTime(microseconds: select.int64(0)),
      key: IdempotencyKey(caller: select.text(1), key: select.text(2)),
      method: method,
      fingerprint: fingerprint,
      canonicalBytes: select.bytes(5),
      hash: hash
    )
    guard let remembered else { throw .failed("refusal \(number) is damaged") }
    return remembered
  }

  func insert(_ remembered: RememberedRefusal) throws(StoreError) {
    let insert = statements.insertRefusal
    insert.bind(1, remembered.number)
    insert.bind(2, remembered.time.microseconds)
    insert.bind(3, remembered.key.caller)
    insert.bind(4, remembered.key.key)
    insert.bind(5, remembered.method.rawValue)
    insert.bind(6, remembered.fingerprint)
    insert.bind(7, remembered.refusal.reason.rawValue)
    insert.bind(8, remembered.canonicalBytes)
    insert.bind(9, remembered.hash)
    try insert.run()
  }
}
