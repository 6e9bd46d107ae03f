import Ledger
import LedgerEngine

extension SQLiteStore {
  /// Returns the amount refunded of the entry that `record` posted; nil if it moved no money. An entry is a record of the
  /// journal, and has a row of its own only once it is refunded.
  mutating func entry(_ record: JournalRecord) throws(StoreError) -> RecordedEntry? {
    guard let account = try account(record.walletID) else { throw .damaged("record \(record.number) has no wallet") }
    return RecordedEntry(record, in: account.wallet.currency, refunded: try refunded(record.entryID))
  }

  private func refunded(_ id: EntryID) throws(StoreError) -> Int64 {
    let select = statements.refunds.select
    select.bind(.id, id.record)
    defer { select.reset() }
    return try reading("what was refunded of entry \(id)") { () throws(StoreError) in
      guard let row = try select.step() else { return 0 }
      let (number, refunded) = (row.int64(.record), row.int64(.refunded))
      guard let reply = RefundReply(try payload(ofRecord: number)), reply.refunded.id == id,
        reply.refunded.refunded == refunded
      else { throw .damaged("its row is not as record \(number) leaves it") }
      return refunded
    }
  }

  func upsert(_ entry: RecordedEntry, changedBy record: Int64) throws(StoreError) {
    let upsert = statements.refunds.upsert
    upsert.bind(.entry, entry.id.record)
    upsert.bind(.record, record)
    upsert.bind(.refunded, entry.refunded)
    try upsert.run()
  }
}
