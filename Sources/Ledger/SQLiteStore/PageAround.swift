import LedgerEngine

extension SQLiteStore {
  /// Reads rows of a table with integer keys and skips damaged pages. SQLite stops at the first damaged page, but the rows
  /// after it can be read by key.
  ///
  /// - Parameters:
  ///   - what: The name of the rows, in the plural.
  ///   - first: The first key to read.
  ///   - last: An upper bound of the keys.
  ///   - read: Appends at most `limit` rows in ascending order, starting at a key. Rows appended before it throws are kept.
  /// - Returns: At most `limit` rows. Consecutive unreadable keys are returned as one damaged row, which ends the page.
  func page<Row>(
    of what: String,
    from first: Int64,
    through last: Int64,
    limit: Int,
    _ read: (_ first: Int64, _ limit: Int, _ rows: inout [TableRow<Int64, Row>]) throws(StoreError) -> Void
  ) throws(StoreError) -> [TableRow<Int64, Row>] {
    var rows: [TableRow<Int64, Row>] = []
    do throws(StoreError) {
      try read(first, limit, &rows)
    } catch {
      guard case .damaged(let reason) = error else { throw error }
      let start = (rows.last?.key ?? first - 1) + 1
      guard rows.count < limit else { return rows }
      let next = try Self.nextReadable(after: start, through: last) { key throws(StoreError) in
        var found: [TableRow<Int64, Row>] = []
        try read(key, 1, &found)
      }
      let end = max(start, next - 1)
      let keys = start == end ? "\(start)" : "\(start) to \(end)"
      rows.append(TableRow(key: end, row: .damaged("\(what) \(keys) cannot be read: \(reason)")))
    }
    return rows
  }

  /// Returns the first key after `start` at which reading succeeds, or `last` + 1 if there is none. Beyond the rows of one
  /// page it searches in growing steps, and may miss readable rows between damaged pages.
  private static func nextReadable(
    after start: Int64,
    through last: Int64,
    _ probe: (Int64) throws(StoreError) -> Void
  ) throws(StoreError) -> Int64 {
    func isReadable(_ key: Int64) throws(StoreError) -> Bool {
      do throws(StoreError) {
        try probe(key)
        return true
      } catch {
        guard case .damaged = error else { throw error }
        return false
      }
    }
    var (unreadable, step) = (start, Int64(1))
    while true {
      let key = unreadable + step
      guard key <= last else {
        // The step was too large.
        if step == 1 { return last + 1 }
        step = 1
        continue
      }
      if try isReadable(key) { break }
      unreadable = key
      if unreadable - start >= rowsOfOnePage { step *= 2 }
    }
    var readable = unreadable + step
    while readable - unreadable > 1 {
      let middle = unreadable + (readable - unreadable) / 2
      if try isReadable(middle) { readable = middle } else { unreadable = middle }
    }
    return readable
  }

  /// An upper bound: the smallest row takes about 30 bytes.
  private static let rowsOfOnePage: Int64 = 128
}
