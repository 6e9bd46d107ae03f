package import Ledger
package import LedgerEngine
import MessageDigest

/// An index from idempotency keys to the places of their answers. It is log-structured because keys are random: a B-tree
/// would write a page for each key.
///
/// New keys are kept in memory; opening a ledger reads them again from the journal. Once there are enough, they are
/// written as a sorted run, and runs of one level are merged into a run of the next. All writes happen in slices between
/// batches, each in a transaction. The transaction that makes a new run visible deletes the runs that it replaces.
package struct KeyIndex {
  /// A record or refusal and the key that it answers.
  private enum KeyOfAnswer: Int32, SQLName { case number, caller, idempotencyKey }
  private enum Found: Int32, SQLName { case found }

  private let log: LedgerLog
  private let table: KeyTable
  private let recordHasKey, refusalHasKey: Statement<KeyOfAnswer, Found>
  private let hash: (IdempotencyKey) -> UInt64
  private let shape: KeyIndexShape
  private var recent: RecentKeys
  /// The keys being written as a run; nil if no flush is in progress.
  private var frozen: RecentKeys?
  private var flush: KeyMerge?
  private var merge: KeyMerge?
  /// Oldest first.
  private var runs: [KeyRun]
  /// Ranges of pages that belong to no run.
  private var garbage: [Range<Int64>]
  private var nextPage: Int64
  /// The reason why the index may lack keys, for people; nil if it has all of them.
  private(set) var lostKeys: String?
  /// The last record and refusal whose keys are in the runs. The keys of later ones have to be added.
  let lastRecord: Int64
  let lastRefusal: Int64

  /// An index whose runs are unreadable opens without them, and sets `lostKeys`.
  init(
    _ connection: Connection,
    log: LedgerLog,
    shape: KeyIndexShape,
    position: Position,
    hash: @escaping (IdempotencyKey) -> UInt64
  ) throws(StoreError) {
    self.log = log
    self.hash = hash
    self.shape = shape
    table = try KeyTable(connection)
    let hasKey = "caller = :caller AND idempotency_key = :idempotency_key"
    recordHasKey = try Statement(connection, "SELECT 1 AS found FROM journal WHERE record = :number AND \(hasKey)")
    refusalHasKey = try Statement(connection, "SELECT 1 AS found FROM refusal WHERE refusal = :number AND \(hasKey)")
    recent = RecentKeys(minimumCapacity: shape.keysPerRun)
    do throws(StoreError) {
      runs = try table.runs(of: position)
      nextPage = try table.endOfPages()
      garbage = KeyIndex.pages(before: nextPage, outside: runs)
      lastRecord = runs.map(\.lastRecord).max() ?? 0
      lastRefusal = runs.map(\.lastRefusal).max() ?? 0
    } catch {
      guard case .damaged(let what) = error else { throw error }
      (runs, nextPage, garbage) = ([], 0, [])
      (lastRecord, lastRefusal) = (position.record, position.refusal)
      lostKeys = "the index of idempotency keys cannot be read: \(what)"
    }
  }

  /// Returns where the answer to `key` is recorded, or nil for a new key.
  ///
  /// - Parameter isSound: Returns whether the row at a place is as it was written. It distinguishes another key with the same
  /// hash from a key that was changed.
  /// - Throws: `StoreError.damaged` if the answer may be among unreadable rows: such a key is never treated as new.
  package func place(
    of key: IdempotencyKey,
    isSound: (AnswerPlace) -> Bool
  ) throws(StoreError) -> AnswerPlace? {
    let hash = hash(key)
    var candidates: [AnswerPlace] = []
    var unreadable = lostKeys
    recent.appendPlaces(of: hash, to: &candidates)
    frozen?.appendPlaces(of: hash, to: &candidates)
    for run in runs where run.mayContain(hash) {
      let bucket = KeyRun.bucket(of: hash, in: run.bucketCount)
      do throws(StoreError) {
        guard let page = run.page(ofBucket: bucket) else { throw .damaged("key run \(run.id) lacks a bucket") }
        try table.appendPlaces(of: hash, onPage: page, to: &candidates)
      } catch {
        guard case .damaged(let what) = error else { throw error }
        unreadable = what
      }
    }
    for place in candidates {
      do throws(StoreError) {
        if try isAnswer(at: place, to: key) { return place }
        if !isSound(place) { unreadable = "\(place) was changed" }
      } catch {
        guard case .damaged(let what) = error else { throw error }
        unreadable = "\(place) cannot be read: \(what)"
      }
    }
    if let unreadable { throw .damaged("whether the idempotency key was used before cannot be known: \(unreadable)") }
    return nil
  }

  /// Notes that some answers have unknown keys. From then on the index writes no runs, because a run claims to contain all
  /// keys up to its last record.
  mutating func loseKeys(because reason: String) { lostKeys = lostKeys ?? reason }

  /// Adds a key whose answer has been committed.
  mutating func add(_ place: AnswerPlace, for key: IdempotencyKey) {
    recent.add(KeyEntry(hash: hash(key), place: place))
  }

  /// Does one slice of the pending work; returns false if there is none. `position` is that of the last commit.
  mutating func maintain(at position: Position) throws(StoreError) -> Bool {
    guard lostKeys == nil else { return false }
    if frozen == nil, recent.count >= shape.keysPerRun { freeze(at: position) }
    if merge == nil, let level = fullLevel() { beginMerge(of: level) }
    if flush != nil {
      try advance(\.flush)
      if flush == nil { frozen = nil }
    } else if merge != nil {
      try advance(\.merge)
    } else if !garbage.isEmpty {
      try deleteGarbage()
    } else {
      return false
    }
    return true
  }

  private mutating func freeze(at position: Position) {
    flush = KeyMerge(
      recent: recent.sorted,
      keysPerPage: shape.keysPerPage,
      lastRecord: position.record,
      lastRefusal: position.refusal
    )
    frozen = recent
    recent = RecentKeys(minimumCapacity: shape.keysPerRun)
  }

  /// Returns the lowest level that has enough runs: small merges finish soon and spare new keys some filters.
  private func fullLevel() -> Int64? {
    var counts: [Int64: Int] = [:]
    for run in runs where run.damagedBuckets.isEmpty { counts[run.level, default: 0] += 1 }
    return counts.filter { $0.value >= shape.runsPerLevel }.keys.min()
  }

  private mutating func beginMerge(of level: Int64) {
    let oldest = runs.filter { $0.level == level && $0.damagedBuckets.isEmpty }.prefix(shape.runsPerLevel)
    merge = KeyMerge(Array(oldest), level: level + 1, keysPerPage: shape.keysPerPage)
  }

  private mutating func advance(_ which: WritableKeyPath<KeyIndex, KeyMerge?>) throws(StoreError) {
    // Take the merge out of the index, so that its filter is not copied.
    guard var work = self[keyPath: which] else { return }
    self[keyPath: which] = nil
    let page = nextPage
    let id = (runs.map(\.id).max() ?? 0) + 1
    var finished: KeyRun?
    do throws(StoreError) {
      try log.transaction { () throws(StoreError) in
        nextPage += try work.write(atMost: shape.pagesPerSlice, from: page, to: table)
        guard work.isComplete else { return }
        let run = work.run(id: id)
        try table.insert(run)
        for run in work.replaced { try table.delete(run) }
        finished = run
      }
    } catch {
      abandon(work, which)
      throw error
    }
    guard let finished else { return self[keyPath: which] = work }
    show(finished, insteadOf: work.replaced)
  }

  /// Restarts a flush or drops a merge whose slice failed, for example on a full disk: it has lost what it had read.
  private mutating func abandon(_ work: KeyMerge, _ which: WritableKeyPath<KeyIndex, KeyMerge?>) {
    garbage += work.extents.map(\.pages)
    guard which == \.flush, let frozen else { return }
    flush = KeyMerge(
      recent: frozen.sorted,
      keysPerPage: shape.keysPerPage,
      lastRecord: work.lastRecord,
      lastRefusal: work.lastRefusal
    )
  }

  private mutating func show(_ run: KeyRun, insteadOf replaced: [KeyRun]) {
    for old in replaced {
      runs.removeAll { $0.id == old.id }
      garbage += old.extents.map(\.pages)
    }
    let index = runs.firstIndex { ($0.lastRecord, $0.lastRefusal) > (run.lastRecord, run.lastRefusal) }
    runs.insert(run, at: index ?? runs.endIndex)
  }

  private mutating func deleteGarbage() throws(StoreError) {
    guard let range = garbage.last else { return }
    let slice = range.prefix(Int(shape.pagesPerSlice))
    try log.transaction { () throws(StoreError) in
      try table.delete(pages: slice.startIndex..<slice.endIndex)
    }
    garbage[garbage.count - 1] = slice.endIndex..<range.upperBound
    if slice.endIndex == range.upperBound { garbage.removeLast() }
  }

  /// The pages that an unfinished merge had written, or a finished one no longer needs, when the ledger was closed.
  private static func pages(before end: Int64, outside runs: [KeyRun]) -> [Range<Int64>] {
    var gaps: [Range<Int64>] = []
    var next: Int64 = 1
    for pages in runs.flatMap(\.extents).map(\.pages).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if next < pages.lowerBound { gaps.append(next..<pages.lowerBound) }
      next = pages.upperBound
    }
    if next < end { gaps.append(next..<end) }
    return gaps
  }

  private func isAnswer(at place: AnswerPlace, to key: IdempotencyKey) throws(StoreError) -> Bool {
    let select: Statement<KeyOfAnswer, Found>
    switch place {
    case .record(let number):
      select = recordHasKey
      select.bind(.number, number)
    case .refusal(let number):
      select = refusalHasKey
      select.bind(.number, number)
    }
    select.bind(.caller, key.caller)
    select.bind(.idempotencyKey, key.key)
    defer { select.reset() }
    return try select.step() != nil
  }

  /// 64 bits of SHA-256, so that nobody can choose keys with equal hashes.
  package static func hash(of key: IdempotencyKey) -> UInt64 {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(key.caller.utf8.count + key.key.utf8.count + 1)
    bytes.append(contentsOf: key.caller.utf8)
    // UTF-8 never contains 0xFF, so no other pair of caller and key gives these bytes.
    bytes.append(0xFF)
    bytes.append(contentsOf: key.key.utf8)
    return SHA256.hash(bytes).0
  }
}
