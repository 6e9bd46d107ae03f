import Ledger
import LedgerStore

extension InMemoryStore {
  package mutating func record(_ number: Int64) throws(StoreError) -> Scanned<JournalRecord>? {
    try records(from: number, limit: 1).first
  }

  package mutating func records(from first: Int64, limit: Int) throws(StoreError) -> [Scanned<JournalRecord>] {
    // Numbered from 1 without a gap.
    memory.content.withLock { $0.records.dropFirst(Int(first) - 1).prefix(limit).map { .row($0) } }
  }

  package mutating func accounts(after created: Int64, limit: Int) throws(StoreError) -> [AccountRow] {
    memory.content.withLock { content in
      content.records.lazy.filter { $0.kind == .walletCreated && $0.number > created }.prefix(limit).map {
        AccountRow(
          created: $0.number,
          account: content.whole.accounts[$0.walletID].map { .row($0) } ?? .damaged("lost")
        )
      }
    }
  }

  package mutating func beginBackup() throws(BackupFailure) -> any StoreBackup {
    throw BackupFailure("memory has no file to copy")
  }
}
