import Ledger
import LedgerStore
import MessageDigest

/// Finds the answer that stands recorded for an idempotency key.
///
/// A key's first slot is 64 bits of its SHA-256; a slot that another key has passes it on to the next one. Slots are
/// never freed, so a search may stop at the first free one. Two integers a key keep the index ten times smaller than
/// one over the keys themselves, and its pages in memory that much longer.
package struct KeyIndex {
  private let selectSlot: Statement
  private let insertSlot: Statement
  private let recordHasKey: Statement
  private let refusalHasKey: Statement
  private let firstSlot: (IdempotencyKey) -> Int64

  init(_ connection: Connection, firstSlot: @escaping (IdempotencyKey) -> Int64) throws(StoreError) {
    self.firstSlot = firstSlot
    selectSlot = try Statement(connection, "SELECT answer FROM key_slot WHERE slot = ?1")
    insertSlot = try Statement(connection, "INSERT INTO key_slot VALUES (?1, ?2)")
    recordHasKey = try Statement(
      connection,
      "SELECT 1 FROM journal WHERE record = ?1 AND caller = ?2 AND idempotency_key = ?3"
    )
    refusalHasKey = try Statement(
      connection,
      "SELECT 1 FROM refusal WHERE refusal = ?1 AND caller = ?2 AND idempotency_key = ?3"
    )
  }

  /// Where the answer stands: a record's number, or the negative of a refusal's.
  func answer(for key: IdempotencyKey) throws(StoreError) -> Int64? {
    var slot = firstSlot(key)
    while let answer = try answer(in: slot) {
      if try self.answer(answer, belongsTo: key) { return answer }
      slot &+= 1
    }
    return nil
  }

  func add(_ answer: Int64, for key: IdempotencyKey) throws(StoreError) {
    var slot = firstSlot(key)
    insertSlot.bind(2, answer)
    repeat {
      insertSlot.bind(1, slot)
      slot &+= 1
    } while try !insertSlot.insert()
  }

  private func answer(in slot: Int64) throws(StoreError) -> Int64? {
    selectSlot.bind(1, slot)
    defer { selectSlot.reset() }
    return try selectSlot.step() ? selectSlot.int64(0) : nil
  }

  private func answer(_ answer: Int64, belongsTo key: IdempotencyKey) throws(StoreError) -> Bool {
    let statement = answer > 0 ? recordHasKey : refusalHasKey
    statement.bind(1, abs(answer))
    statement.bind(2, key.caller)
    statement.bind(3, key.key)
    defer { statement.reset() }
    return try statement.step()
  }

  package static func firstSlot(of key: IdempotencyKey) -> Int64 {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(key.caller.utf8.count + key.key.utf8.count + 1)
    bytes.append(contentsOf: key.caller.utf8)
    // No UTF-8 text holds 0xFF, so no other pair of caller and key gives these bytes.
    bytes.append(0xFF)
    bytes.append(contentsOf: key.key.utf8)
    return Int64(bitPattern: SHA256.hash(bytes).0)
  }
}
