import LedgerEngine

extension SQLiteStore {
  /// Reads rows of a table with integer keys and skips damaged pages. SQLite stops at the first damaged page, but the rows
  /// after it can be read by key.
  ///
  /// - Parameters:
  ///   - table: The table's name.
  ///   - what: The name of the rows, in the plural.
  ///   - select: Selects rows in ascending order.
  ///   - key: The column of the rows' keys.
  ///   - first: The first key to read.
  ///   - last: An upper bound of the keys.
  /// - Returns: At most `limit` rows. Consecutive unreadable keys are returned as one damaged row, which ends the page.
  func page<Column, Content>(
    of table: String,
    _ what: String,
    _ select: Statement<ByPage, Column>,
    by key: Column,
    from first: Int64,
    through last: Int64,
    limit: Int,
    _ read: (Row<Column>) throws(StoreError) -> Scanned<Content>
  ) throws(StoreError) -> [TableRow<Int64, Content>] {
    var rows: [TableRow<Int64, Content>] = []
    do throws(StoreError) {
      try Self.step(through: select, by: key, of: table, from: first, limit) { number, row throws(StoreError) in
        rows.append(TableRow(key: number, row: try read(row)))
      }
    } catch {
      guard case .damaged(let reason) = error else { throw error }
      let start = (rows.last?.key ?? first - 1) + 1
      // After the last key, a row for each unreadable key would have no end.
      guard rows.count < limit, start <= last else { return rows }
      let next = try Self.nextReadable(after: start, through: last) { probed throws(StoreError) in
        try Self.step(through: select, by: key, of: table, from: probed, 1) { _, _ in }
      }
      let end = max(start, next - 1)
      let keys = start == end ? "\(start)" : "\(start) to \(end)"
      rows.append(TableRow(key: end, row: .damaged("\(what) \(keys) cannot be read: \(reason)")))
    }
    return rows
  }

  /// Passes at most `limit` rows with their keys, the first of them at `first` or after it.
  private static func step<Column>(
    through select: Statement<ByPage, Column>,
    by key: Column,
    of table: String,
    from first: Int64,
    _ limit: Int,
    _ take: (Int64, Row<Column>) throws(StoreError) -> Void
  ) throws(StoreError) {
    select.bind(.after, first - 1)
    select.bind(.limit, Int64(limit))
    defer { select.reset() }
    var keys = RisingKeys(of: table, after: first - 1)
    while let row = try select.step() {
      let number = row.int64(key)
      try keys.take(number)
      try take(number, row)
    }
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
