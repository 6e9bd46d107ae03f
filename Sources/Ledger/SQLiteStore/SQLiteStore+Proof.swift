import Ledger
import LedgerEngine

// Reads records for operations, and verifies them.
extension SQLiteStore {
  func recordedOutcome(for key: IdempotencyKey) throws(StoreError) -> RecordedOutcome? {
    let number: Int64
    switch try keyIndex.place(of: key, isSound: { isSound($0) }) {
    case nil: return nil
    case .refusal(let refusal): return try recordedRefusal(refusal)
    case .record(let record): number = record
    }
    guard let record = try provedRecord(number) else { throw .damaged("record \(number) is lost") }
    let payload = try decode(record.payload, of: "record \(number)")
    return RecordedOutcome(
      method: record.origin.method,
      fingerprint: record.origin.fingerprint,
      body: RecordedOutcome.Body(of: record, payload)
    )
  }

  /// Where a scan goes on, a command that needs a damaged record cannot.
  func storedRecord(_ number: Int64) throws(StoreError) -> JournalRecord? {
    switch try scannedRecord(number) {
    case nil: return nil
    case .row(let record): return record
    case .damaged(let reason): throw .damaged(reason)
    }
  }

  /// Returns a record whose hash is verified, unless the record before it is unreadable.
  func provedRecord(_ number: Int64) throws(StoreError) -> JournalRecord? {
    guard let record = try storedRecord(number) else { return nil }
    let before: Digest
    if record.previous == 0 {
      before = .zero
    } else {
      do throws(StoreError) {
        guard let link = try link(of: record.previous) else { return record }
        before = link.head.hash
      } catch {
        guard case .damaged = error else { throw error }
        return record
      }
    }
    guard record.hash == Self.sha256(record.bytesToHash(after: before)) else {
      throw .damaged("record \(number) was changed")
    }
    return record
  }

  /// Returns whether the row at `place` is verified to be as it was written.
  func isSound(_ place: AnswerPlace) -> Bool {
    do {
      switch place {
      case .record(let number):
        guard let record = try provedRecord(number) else { return false }
        return try record.previous == 0 || link(of: record.previous) != nil
      case .refusal(let number):
        guard let refusal = try refusal(number) else { return false }
        guard let before = try number == 1 ? .zero : self.refusal(number - 1)?.hash else { return false }
        return refusal.hash == Self.sha256(refusal.bytesToHash(after: before))
      }
    } catch {
      return false
    }
  }

  /// Returns the payload of a verified record. The record has to exist.
  func payload(ofRecord number: Int64) throws(StoreError) -> RecordPayload {
    guard let record = try provedRecord(number) else { throw .damaged("record \(number) is lost") }
    return try decode(record.payload, of: "record \(number)")
  }

  func decode(_ bytes: [UInt8], of row: String) throws(StoreError) -> RecordPayload {
    do {
      return try RecordPayload(canonicalBytes: bytes)
    } catch {
      throw .damaged("\(row) was changed")
    }
  }
}
