import CSQLite
import LedgerEngine

/// Ties a write-ahead log to its database file. SQLite itself applies any log that it finds beside a file.
///
/// Each transaction stores its own identifier, and that of the last transaction in the file when the log began. A log
/// belongs to a file that contains that transaction's state or, after a checkpoint, the log's last. Any other file is a
/// backup or another ledger: applying the log would mix pages of different states.
struct LogMark: Hashable, Sendable {
  /// Identifies the transaction. Counted from a random number that is drawn at each opening, so that diverging copies of a
  /// ledger have different identifiers.
  var transaction: UInt64
  /// The last transaction in the file when the log began; 0 if the file had none.
  var base: UInt64

  /// The mark of a ledger without transactions, or written by an older version.
  static let none = LogMark(transaction: 0, base: 0)

  private static let byteCount = 24

  init(transaction: UInt64, base: UInt64) {
    self.transaction = transaction
    self.base = base
  }

  /// Returns nil if the bytes are incomplete or changed.
  init?(bytes: [UInt8]) {
    if bytes.isEmpty {
      self = .none
      return
    }
    guard bytes.count == Self.byteCount else { return nil }
    let words = bytes.withUnsafeBytes { bytes in
      (0..<3).map { UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self)) }
    }
    self.init(transaction: words[0], base: words[1])
    guard words[2] == sum else { return nil }
  }

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.byteCount)
    for word in [transaction, base, sum] { withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) } }
    return bytes
  }

  private var sum: UInt64 {
    UInt64(bitPattern: RowSum.sum(of: [Int64(bitPattern: transaction), Int64(bitPattern: base)]))
  }

  /// Returns whether a log whose last mark this is belongs to a file with the mark `file`.
  func belongs(to file: LogMark) -> Bool { file.transaction == base || file.transaction == transaction }

  private enum Column: Int32, SQLName { case log }

  /// Returns the mark that `connection` reads, or nil if it is unreadable.
  static func read(by connection: Connection) throws(StoreError) -> LogMark? {
    do throws(StoreError) {
      let select = try Statement<NoName, Column>(connection, "SELECT log FROM ledger WHERE one = 1")
      guard let row = try select.step() else { return nil }
      return LogMark(bytes: row.bytes(.log))
    } catch {
      // An older schema lacks the column, and an empty file the table.
      if connection.lastError == SQLITE_ERROR { return LogMark.none }
      guard case .damaged = error else { throw error }
      return nil
    }
  }

  /// Returns the mark of the file at `path` without its log, or nil if it is unreadable, for example after a power cut
  /// during a checkpoint.
  static func ofFile(at path: String, vfs: String?) throws(StoreError) -> LogMark? {
    do throws(StoreError) {
      return try read(by: Connection(ignoringLogOf: path, vfs: vfs))
    } catch {
      guard case .damaged = error else { throw error }
      return nil
    }
  }
}

/// The log of an open ledger. Every transaction writes its mark.
final class LedgerLog {
  private enum Column: Int32, SQLName { case log }

  private let connection: Connection
  private let update: Statement<Column, NoName>
  private var next = UInt64.random(in: 1 ... .max)
  /// The mark of the last transaction.
  private var last: LogMark

  /// Checkpoints the log of the last opening and migrates the schema, before anything else is written.
  init(emptying connection: Connection) throws(StoreError) {
    self.connection = connection
    var isEmpty = true
    do throws(StoreError) {
      try connection.checkpoint()
    } catch {
      // The log continues, with its base.
      guard case .diskFull = error else { throw error }
      isEmpty = false
    }
    try Schema.prepare(connection)
    update = try Statement(connection, "UPDATE ledger SET log = :log")
    last = try LogMark.read(by: connection) ?? .none
    if isEmpty { last.base = last.transaction }
  }

  /// Returns the mark that the current transaction has to write.
  func beginMark() -> LogMark {
    next &+= 1
    return LogMark(transaction: next, base: last.base)
  }

  func committed(_ mark: LogMark) { last = mark }

  /// Runs `body` in a transaction that is durable once this returns, or has no effect if this throws.
  func transaction(_ body: () throws(StoreError) -> Void) throws(StoreError) {
    let mark = beginMark()
    try connection.transaction { () throws(StoreError) in
      try body()
      update.bind(.log, mark.bytes)
      try update.run()
    }
    committed(mark)
  }

  /// Copies the log into the file. The next transaction begins a new log.
  func checkpoint() throws(StoreError) {
    try connection.checkpoint()
    last.base = last.transaction
  }
}
