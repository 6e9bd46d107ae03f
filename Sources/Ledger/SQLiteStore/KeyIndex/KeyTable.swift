import Ledger
import LedgerEngine

/// The index's tables: pages of entries, and which runs they make up.
final class KeyTable {
  private let selectPage, insertPage, deletePages: Statement
  private let insertRun, deleteRun, insertExtent, deleteExtents: Statement
  private let connection: Connection

  /// No file of SQLite's has more, so that sums cannot overflow.
  private static let mostPages: Int64 = 1 << 32

  init(_ connection: Connection) throws(StoreError) {
    self.connection = connection
    selectPage = try Statement(connection, "SELECT entries FROM key_page WHERE page = ?1")
    insertPage = try Statement(connection, "INSERT INTO key_page VALUES (?1, ?2)")
    deletePages = try Statement(connection, "DELETE FROM key_page WHERE page >= ?1 AND page < ?2")
    insertRun = try Statement(connection, "INSERT INTO key_run VALUES (?1, ?2, ?3, ?4, ?5)")
    deleteRun = try Statement(connection, "DELETE FROM key_run WHERE run = ?1")
    insertExtent = try Statement(connection, "INSERT INTO key_extent VALUES (?1, ?2, ?3, ?4)")
    deleteExtents = try Statement(connection, "DELETE FROM key_extent WHERE run = ?1")
  }

  func insert(page: Int64, _ entries: [KeyEntry]) throws(StoreError) {
    insertPage.bind(1, page)
    insertPage.bind(2, entries)
    try insertPage.run()
  }

  func entries(onPage page: Int64) throws(StoreError) -> [KeyEntry] {
    try withEntries(onPage: page) { entries in entries.indices.map { entries[$0] } }
  }

  /// Appends the answers of those entries on the page that have the hash.
  func appendAnswers(to hash: UInt64, onPage page: Int64, into answers: inout [Int64]) throws(StoreError) {
    answers += try withEntries(onPage: page) { entries in
      var (low, high) = (0, entries.count)
      while low < high {
        let middle = (low + high) / 2
        if entries[middle].hash < hash { low = middle + 1 } else { high = middle }
      }
      var found: [Int64] = []
      while low < entries.count, entries[low].hash == hash {
        found.append(entries[low].answer)
        low += 1
      }
      return found
    }
  }

  func delete(pages: Range<Int64>) throws(StoreError) {
    deletePages.bind(1, pages.lowerBound)
    deletePages.bind(2, pages.upperBound)
    try deletePages.run()
  }

  func insert(_ run: KeyRun) throws(StoreError) {
    insertRun.bind(1, run.id)
    insertRun.bind(2, run.level)
    insertRun.bind(3, run.keyCount)
    insertRun.bind(4, run.lastRecord)
    insertRun.bind(5, run.lastRefusal)
    try insertRun.run()
    for extent in run.extents {
      insertExtent.bind(1, extent.firstPage)
      insertExtent.bind(2, run.id)
      insertExtent.bind(3, extent.firstBucket)
      insertExtent.bind(4, extent.count)
      try insertExtent.run()
    }
  }

  func delete(_ run: KeyRun) throws(StoreError) {
    deleteRun.bind(1, run.id)
    try deleteRun.run()
    deleteExtents.bind(1, run.id)
    try deleteExtents.run()
  }

  /// Every run of a ledger that has come to `position`, oldest first. Reads all their pages, for the filters.
  func runs(of position: Position) throws(StoreError) -> [KeyRun] {
    let select = try Statement(
      connection,
      "SELECT run, level, keys, last_record, last_refusal FROM key_run ORDER BY last_record, last_refusal"
    )
    var runs: [KeyRun] = []
    while try select.step() {
      // A run that claims more would hide the keys of records that are still to come.
      guard (0...position.record).contains(select.int64(3)), (0...position.refusal).contains(select.int64(4)),
        (0...position.record + position.refusal).contains(select.int64(2))
      else { throw .failed("key run \(select.int64(0)) claims more than the ledger has") }
      let extents = try extents(ofRun: select.int64(0))
      runs.append(
        KeyRun(
          id: select.int64(0),
          level: select.int64(1),
          keyCount: select.int64(2),
          lastRecord: select.int64(3),
          lastRefusal: select.int64(4),
          extents: extents,
          filter: try filter(over: extents, keyCount: select.int64(2))
        )
      )
    }
    return runs
  }

  /// The number of the first page that was never written.
  func endOfPages() throws(StoreError) -> Int64 {
    let select = try Statement(connection, "SELECT ifnull(max(page), 0) + 1 FROM key_page")
    return try select.step() ? select.int64(0) : 1
  }

  private func extents(ofRun run: Int64) throws(StoreError) -> [KeyExtent] {
    let select = try Statement(
      connection,
      "SELECT first_bucket, first_page, pages FROM key_extent WHERE run = ?1 ORDER BY first_bucket"
    )
    select.bind(1, run)
    defer { select.reset() }
    var extents: [KeyExtent] = []
    while try select.step() {
      let extent = KeyExtent(firstBucket: select.int64(0), firstPage: select.int64(1), count: select.int64(2))
      guard extent.firstBucket == extents.last.map({ $0.firstBucket + $0.count }) ?? 0, extent.count > 0,
        extent.count < KeyTable.mostPages, (1..<KeyTable.mostPages).contains(extent.firstPage)
      else {
        throw .failed("key run \(run) has a gap")
      }
      extents.append(extent)
    }
    guard !extents.isEmpty else { throw .failed("key run \(run) has no pages") }
    return extents
  }

  private func filter(over extents: [KeyExtent], keyCount: Int64) throws(StoreError) -> KeyFilter {
    var filter = KeyFilter(keyCount: Int(keyCount))
    var count: Int64 = 0
    for extent in extents {
      for page in extent.pages {
        let entries = try entries(onPage: page)
        for entry in entries { filter.insert(entry.hash) }
        count += Int64(entries.count)
      }
    }
    guard count == keyCount else { throw .failed("a key run has \(count) keys instead of \(keyCount)") }
    return filter
  }

  private func withEntries<Result>(
    onPage page: Int64,
    _ body: (StoredEntries) -> Result
  ) throws(StoreError) -> Result {
    selectPage.bind(1, page)
    defer { selectPage.reset() }
    guard try selectPage.step() else { throw .failed("key page \(page) is lost") }
    return selectPage.withBytes(0) { body(StoredEntries(bytes: $0)) }
  }
}

/// Entries as they stand on a page: 16 bytes each, little-endian, sorted.
private struct StoredEntries {
  let bytes: UnsafeRawBufferPointer

  var count: Int { bytes.count / 16 }
  var indices: Range<Int> { 0..<count }

  subscript(index: Int) -> KeyEntry {
    KeyEntry(
      hash: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 16, as: UInt64.self)),
      answer: Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 16 + 8, as: Int64.self))
    )
  }
}

extension Statement {
  fileprivate func bind(_ index: Int32, _ entries: [KeyEntry]) {
    let stored = entries.map { KeyEntry(hash: $0.hash.littleEndian, answer: $0.answer.littleEndian) }
    stored.withUnsafeBytes { bind(index, $0) }
  }
}
