import LedgerEngine

/// Writes a new run from sorted sources, a few pages at a time. The run stays invisible until it is complete.
struct KeyMerge {
  let level: Int64
  let keyCount: Int64
  let lastRecord: Int64
  let lastRefusal: Int64
  /// The runs that the new one replaces.
  let replaced: [KeyRun]
  private var sources: [Source]
  private let bucketCount: Int64
  private var bucketsWritten: Int64 = 0
  private(set) var extents: [KeyExtent] = []
  private var filter: KeyFilter

  var isComplete: Bool { bucketsWritten == bucketCount }

  /// Writes keys that are only in memory.
  init(recent keys: [KeyEntry], keysPerPage: Int64, lastRecord: Int64, lastRefusal: Int64) {
    self.init(
      sources: [Source(entries: keys)],
      level: 0,
      keyCount: Int64(keys.count),
      keysPerPage: keysPerPage,
      lastRecord: lastRecord,
      lastRefusal: lastRefusal,
      replaced: []
    )
  }

  init(_ runs: [KeyRun], level: Int64, keysPerPage: Int64) {
    self.init(
      sources: runs.map { Source(run: $0) },
      level: level,
      keyCount: runs.reduce(0) { $0 + $1.keyCount },
      keysPerPage: keysPerPage,
      lastRecord: runs.map(\.lastRecord).max() ?? 0,
      lastRefusal: runs.map(\.lastRefusal).max() ?? 0,
      replaced: runs
    )
  }

  private init(
    sources: [Source],
    level: Int64,
    keyCount: Int64,
    keysPerPage: Int64,
    lastRecord: Int64,
    lastRefusal: Int64,
    replaced: [KeyRun]
  ) {
    self.sources = sources
    self.level = level
    self.keyCount = keyCount
    self.lastRecord = lastRecord
    self.lastRefusal = lastRefusal
    self.replaced = replaced
    bucketCount = max(1, (keyCount + keysPerPage - 1) / keysPerPage)
    filter = KeyFilter(keyCount: Int(keyCount))
  }

  /// Writes the next buckets, at most `limit`, to the pages starting at `page`, and returns their number.
  mutating func write(atMost limit: Int64, from page: Int64, to table: KeyTable) throws(StoreError) -> Int64 {
    let count = min(limit, bucketCount - bucketsWritten)
    for offset in 0..<count {
      let entries = try takeBucket(bucketsWritten + offset, from: table)
      for entry in entries { filter.insert(entry.hash) }
      try table.insert(page: page + offset, entries)
    }
    if let last = extents.last, last.firstPage + last.count == page {
      extents[extents.count - 1].count += count
    } else {
      extents.append(KeyExtent(firstBucket: bucketsWritten, firstPage: page, count: count))
    }
    bucketsWritten += count
    return count
  }

  /// Returns the complete run.
  func run(id: Int64) -> KeyRun {
    KeyRun(
      id: id,
      level: level,
      keyCount: keyCount,
      lastRecord: lastRecord,
      lastRefusal: lastRefusal,
      extents: extents,
      filter: filter
    )
  }

  private mutating func takeBucket(_ bucket: Int64, from table: KeyTable) throws(StoreError) -> [KeyEntry] {
    var entries: [KeyEntry] = []
    for index in sources.indices {
      while let next = try sources[index].next(from: table), KeyRun.bucket(of: next.hash, in: bucketCount) == bucket {
        entries.append(next)
        sources[index].advance()
      }
    }
    if sources.count > 1 { entries.sort() }
    return entries
  }

  /// An iterator over the sorted entries of memory or of a run.
  private struct Source {
    private var entries: [KeyEntry]
    private var index = 0
    private var run: KeyRun?
    private var nextBucket: Int64 = 0

    init(entries: [KeyEntry]) { self.entries = entries }

    init(run: KeyRun) {
      entries = []
      self.run = run
    }

    mutating func next(from table: KeyTable) throws(StoreError) -> KeyEntry? {
      while index == entries.count {
        guard let run, let page = run.page(ofBucket: nextBucket) else { return nil }
        entries = try table.entries(onPage: page)
        index = 0
        nextBucket += 1
      }
      return entries[index]
    }

    mutating func advance() { index += 1 }
  }
}
