import LedgerEngine

/// Checks that the keys of a table ascend, so that a scan of it ends: in a damaged file, rows may be in any order, and
/// continuing after one of them may lead back.
struct RisingKeys<Key> {
  private var last: Key
  private let table: String
  private let precedes: (Key, Key) -> Bool

  /// - Parameter last: The key before the first one.
  init(of table: String, after last: Key, _ precedes: @escaping (Key, Key) -> Bool) {
    self.table = table
    self.last = last
    self.precedes = precedes
  }

  mutating func take(_ key: Key) throws(StoreError) {
    guard precedes(last, key) else { throw .damaged("the rows of \(table) are out of order") }
    last = key
  }
}

extension RisingKeys<Int64> {
  init(of table: String, after last: Int64) { self.init(of: table, after: last) { $0 < $1 } }
}

extension RisingKeys<String> {
  /// Compares bytes, as SQLite does.
  init(of table: String, after last: String) {
    self.init(of: table, after: last) { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
