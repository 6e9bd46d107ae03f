import Ledger
import LedgerEngine

extension SQLiteStore {
  /// What was refunded of the entry that `record` posted; nil where it moved no money. An entry stands in the journal; a row of its own it has only once it was refunded.
  mutating func entry(_ record: JournalRecord) throws(StoreError) -> EntryBook? {
    guard let account = try account(record.walletID) else { throw .failed("record \(record.number) has no wallet") }
    return EntryBook(record, in: account.wallet.currency, refunded: try refunded(record.entryID))
  }

  private func refunded(_ id: EntryID) throws(StoreError) -> Int64 {
    let select = statements.selectRefunded
    select.bind(1, id.record)
    defer { select.reset() }
    return try select.step() ? select.int64(0) : 0
  }

  func upsert(_ book: EntryBook, changedBy record: Int64) throws(StoreError) {
    let upsert = statements.upsertRefunded
    upsert.bind(1, book.id.record)
    upsert.bind(2, record)
    upsert.bind(3, book.refunded)
    try upsert.run()
  }
}
