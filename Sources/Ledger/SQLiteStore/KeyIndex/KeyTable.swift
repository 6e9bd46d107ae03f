import Ledger
import LedgerEngine

/// The index's tables: pages of entries, and the runs that consist of them.
final class KeyTable {
  private enum PageColumn: Int32, SQLName { case entries, sum }
  private enum EndColumn: Int32, SQLName { case nextPage }
  private enum Pages: Int32, SQLName { case first, end }

  /// The tables' columns, in table order.
  private enum Page: Int32, SQLName { case page, entries, sum }
  private enum Run: Int32, SQLName { case run, level, keys, lastRecord, lastRefusal, sum }
  private enum Extent: Int32, SQLName { case firstPage, run, firstBucket, pages }

  private let selectPage: Statement<ByID, PageColumn>
  private let selectEnd: Statement<NoName, EndColumn>
  private let insertPage: Statement<Page, NoName>
  private let deletePages: Statement<Pages, NoName>
  private let selectRuns: Statement<NoName, Run>
  private let insertRun: Statement<Run, NoName>
  private let deleteRun: Statement<ByID, NoName>
  private let selectExtents: Statement<ByID, Extent>
  private let insertExtent: Statement<Extent, NoName>
  private let deleteExtents: Statement<ByID, NoName>

  /// No SQLite file has more pages (sqlite.org/limits.html), so sums of page numbers within it cannot overflow.
  private static let mostPages: Int64 = 1 << 32

  init(_ connection: Connection) throws(StoreError) {
    selectPage = try Statement(connection, "SELECT entries, sum FROM key_page WHERE page = :id")
    selectEnd = try Statement(connection, "SELECT ifnull(max(page), 0) + 1 AS next_page FROM key_page")
    insertPage = try Statement(connection, Page.insertion(into: "key_page"))
    deletePages = try Statement(connection, "DELETE FROM key_page WHERE page >= :first AND page < :end")
    selectRuns = try Statement(
      connection,
      "SELECT run, level, keys, last_record, last_refusal, sum FROM key_run ORDER BY last_record, last_refusal"
    )
    insertRun = try Statement(connection, Run.insertion(into: "key_run"))
    deleteRun = try Statement(connection, "DELETE FROM key_run WHERE run = :id")
    selectExtents = try Statement(
      connection,
      "SELECT first_page, run, first_bucket, pages FROM key_extent WHERE run = :id ORDER BY first_bucket"
    )
    insertExtent = try Statement(connection, Extent.insertion(into: "key_extent"))
    deleteExtents = try Statement(connection, "DELETE FROM key_extent WHERE run = :id")
  }

  func insert(page: Int64, _ entries: [KeyEntry]) throws(StoreError) {
    insertPage.bind(.page, page)
    StoredEntries.withBytes(of: entries) { bytes in
      insertPage.bind(.entries, bytes)
      insertPage.bind(.sum, RowSum.sum(of: bytes))
    }
    try insertPage.run()
  }

  func entries(onPage page: Int64) throws(StoreError) -> [KeyEntry] {
    try withEntries(onPage: page) { entries in entries.indices.map { entries[$0] } }
  }

  /// Appends the places of the entries on the page that have the given hash.
  func appendPlaces(of hash: UInt64, onPage page: Int64, to places: inout [AnswerPlace]) throws(StoreError) {
    places += try withEntries(onPage: page) { entries in
      var (low, high) = (0, entries.count)
      while low < high {
        let middle = (low + high) / 2
        if entries[middle].hash < hash { low = middle + 1 } else { high = middle }
      }
      var found: [AnswerPlace] = []
      while low < entries.count, entries[low].hash == hash {
        found.append(entries[low].place)
        low += 1
      }
      return found
    }
  }

  func delete(pages: Range<Int64>) throws(StoreError) {
    deletePages.bind(.first, pages.lowerBound)
    deletePages.bind(.end, pages.upperBound)
    try deletePages.run()
  }

  func insert(_ run: KeyRun) throws(StoreError) {
    insertRun.bind(.run, run.id)
    insertRun.bind(.level, run.level)
    insertRun.bind(.keys, run.keyCount)
    insertRun.bind(.lastRecord, run.lastRecord)
    insertRun.bind(.lastRefusal, run.lastRefusal)
    insertRun.bind(.sum, run.sum)
    try insertRun.run()
    for extent in run.extents {
      insertExtent.bind(.firstPage, extent.firstPage)
      insertExtent.bind(.run, run.id)
      insertExtent.bind(.firstBucket, extent.firstBucket)
      insertExtent.bind(.pages, extent.count)
      try insertExtent.run()
    }
  }

  func delete(_ run: KeyRun) throws(StoreError) {
    deleteRun.bind(.id, run.id)
    try deleteRun.run()
    deleteExtents.bind(.id, run.id)
    try deleteExtents.run()
  }

  /// Returns all runs of a ledger at `position`, oldest first. Reads all their pages to build the filters. Unreadable pages
  /// become the run's damaged buckets.
  ///
  /// - Throws: `StoreError.damaged` if the set of runs is unknown.
  func runs(of position: Position) throws(StoreError) -> [KeyRun] {
    defer { selectRuns.reset() }
    var runs: [KeyRun] = []
    while let row = try selectRuns.step() {
      let id = row.int64(.run)
      // A run that claims more would hide the keys of future records.
      guard (0...position.record).contains(row.int64(.lastRecord)),
        (0...position.refusal).contains(row.int64(.lastRefusal)),
        (0...position.record + position.refusal).contains(row.int64(.keys))
      else { throw .damaged("key run \(id) claims more than the ledger has") }
      let extents = try extents(ofRun: id)
      let (filter, damagedBuckets) = try filter(over: extents, keyCount: row.int64(.keys))
      let run = KeyRun(
        id: id,
        level: row.int64(.level),
        keyCount: row.int64(.keys),
        lastRecord: row.int64(.lastRecord),
        lastRefusal: row.int64(.lastRefusal),
        extents: extents,
        filter: filter,
        damagedBuckets: damagedBuckets
      )
      guard row.isNull(.sum) || row.int64(.sum) == run.sum else { throw .damaged("key run \(id) was changed") }
      runs.append(run)
    }
    return runs
  }

  /// The number after the last page written.
  func endOfPages() throws(StoreError) -> Int64 {
    defer { selectEnd.reset() }
    return try selectEnd.step()?.int64(.nextPage) ?? 1
  }

  private func extents(ofRun run: Int64) throws(StoreError) -> [KeyExtent] {
    selectExtents.bind(.id, run)
    defer { selectExtents.reset() }
    var extents: [KeyExtent] = []
    while let row = try selectExtents.step() {
      let extent = KeyExtent(
        firstBucket: row.int64(.firstBucket),
        firstPage: row.int64(.firstPage),
        count: row.int64(.pages)
      )
      guard extent.firstBucket == extents.last.map({ $0.firstBucket + $0.count }) ?? 0, extent.count > 0,
        extent.count < KeyTable.mostPages, (1..<KeyTable.mostPages).contains(extent.firstPage)
      else {
        throw .damaged("key run \(run) has a gap")
      }
      extents.append(extent)
    }
    guard !extents.isEmpty else { throw .damaged("key run \(run) has no pages") }
    return extents
  }

  private func filter(
    over extents: [KeyExtent],
    keyCount: Int64
  ) throws(StoreError) -> (filter: KeyFilter, damagedBuckets: Set<Int64>) {
    let bucketCount = extents.last.map { $0.firstBucket + $0.count } ?? 0
    var filter = KeyFilter(keyCount: Int(keyCount))
    var damagedBuckets: Set<Int64> = []
    var count: Int64 = 0
    for extent in extents {
      for (page, bucket) in zip(extent.pages, extent.firstBucket...) {
        do throws(StoreError) {
          let entries = try entries(onPage: page)
          guard KeyRun.isBucket(entries, bucket, of: bucketCount) else {
            throw .damaged("key page \(page) is out of order")
          }
          for entry in entries { filter.insert(entry.hash) }
          count += Int64(entries.count)
        } catch {
          guard case .damaged = error else { throw error }
          damagedBuckets.insert(bucket)
        }
      }
    }
    guard !damagedBuckets.isEmpty || count == keyCount else {
      throw .damaged("a key run has \(count) keys instead of \(keyCount)")
    }
    return (filter, damagedBuckets)
  }

  private func withEntries<Result>(
    onPage page: Int64,
    _ body: (StoredEntries) -> Result
  ) throws(StoreError) -> Result {
    selectPage.bind(.id, page)
    defer { selectPage.reset() }
    return try reading("key page \(page)") { () throws(StoreError) in
      guard let row = try selectPage.step() else { throw .damaged("it is lost") }
      let result = row.withBytes(.entries) { bytes in
        row.isNull(.sum) || row.int64(.sum) == RowSum.sum(of: bytes) ? body(StoredEntries(bytes)) : nil
      }
      guard let result else { throw .damaged("it was changed") }
      return result
    }
  }
}

extension KeyRun {
  /// The checksum of the run's rows. A changed `lastRecord` would hide the keys of the records up to it.
  fileprivate var sum: Int64 {
    let places = extents.flatMap { [$0.firstBucket, $0.firstPage, $0.count] }
    return RowSum.sum(of: [id, level, keyCount, lastRecord, lastRefusal] + places)
  }

  /// Returns whether `entries` are sorted and all belong to the bucket.
  fileprivate static func isBucket(_ entries: [KeyEntry], _ bucket: Int64, of bucketCount: Int64) -> Bool {
    entries.allSatisfy { KeyRun.bucket(of: $0.hash, in: bucketCount) == bucket }
      && zip(entries, entries.dropFirst()).allSatisfy { $0 < $1 }
  }
}
