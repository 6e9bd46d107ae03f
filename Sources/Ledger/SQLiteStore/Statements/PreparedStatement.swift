import CSQLite
import Ledger
import LedgerEngine

/// A prepared statement of SQLite. ``Statement`` gives names to the numbers used here.
///
/// Parameters are numbered from 1, columns from 0.
final class PreparedStatement {
  private let pointer: OpaquePointer
  private let connection: Connection
  private var bound = BoundBytes()

  init(_ connection: Connection, _ sql: String) throws(StoreError) {
    var prepared: OpaquePointer?
    let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
    guard sqlite3_prepare_v3(connection.pointer, sql, -1, flags, &prepared, nil) == SQLITE_OK, let prepared else {
      throw connection.error(in: sql)
    }
    pointer = prepared
    self.connection = connection
  }

  deinit { sqlite3_finalize(pointer) }

  /// Compares the statement's parameters and columns with the expected ones.
  func check(parameters: [String], columns: [String]) throws(StoreError) {
    let foundParameters = (0..<sqlite3_bind_parameter_count(pointer)).map { index in
      sqlite3_bind_parameter_name(pointer, index + 1).map { String(cString: $0) } ?? "?"
    }
    let foundColumns = (0..<sqlite3_column_count(pointer)).map { index in
      sqlite3_column_name(pointer, index).map { String(cString: $0) } ?? "?"
    }
    guard foundParameters == parameters else {
      throw .failed("a statement has the parameters \(foundParameters) instead of \(parameters): \(sql)")
    }
    guard foundColumns == columns else {
      throw .failed("a statement has the columns \(foundColumns) instead of \(columns): \(sql)")
    }
  }

  func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(pointer, index, value) }

  func bind(_ index: Int32, _ value: Int64?) {
    if let value { bind(index, value) } else { sqlite3_bind_null(pointer, index) }
  }

  func bind(_ index: Int32, _ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      let (start, destructor) = bound.keep(UnsafeRawBufferPointer(utf8))
      sqlite3_bind_text(pointer, index, start.assumingMemoryBound(to: CChar.self), Int32(utf8.count), destructor)
    }
  }

  func bind(_ index: Int32, _ text: String?) {
    if let text { bind(index, text) } else { sqlite3_bind_null(pointer, index) }
  }

  func bind(_ index: Int32, _ bytes: [UInt8]) { bytes.withUnsafeBytes { bind(index, $0) } }

  func bind(_ index: Int32, _ digest: Digest) { digest.withBytes { bind(index, $0) } }

  func bind(_ index: Int32, _ bytes: UnsafeRawBufferPointer) {
    let (start, destructor) = bound.keep(bytes)
    sqlite3_bind_blob(pointer, index, start, Int32(bytes.count), destructor)
  }

  /// Runs the statement to its next row; returns false after the last.
  func step() throws(StoreError) -> Bool {
    switch sqlite3_step(pointer) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default:
      let error = connection.error(in: sql)
      reset()
      throw error
    }
  }

  /// Makes the statement ready to be bound and run again. Required after a `step` that returned a row.
  func reset() {
    sqlite3_reset(pointer)
    bound.reset()
  }

  /// Runs a statement that returns no rows.
  func run() throws(StoreError) {
    _ = try step()
    reset()
  }

  func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(pointer, column) }

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(pointer, column) == SQLITE_NULL }

  func text(_ column: Int32) -> String {
    guard let start = sqlite3_column_text(pointer, column) else { return "" }
    let count = Int(sqlite3_column_bytes(pointer, column))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  /// Returns nil unless the column has 32 bytes.
  func digest(_ column: Int32) -> Digest? {
    withBytes(column) { bytes in
      guard bytes.count == Digest.byteCount else { return nil }
      let word = { UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self)) }
      return Digest((word(0), word(1), word(2), word(3)))
    }
  }

  /// Calls `body` with the column's bytes, which are valid only during the call.
  func withBytes<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    let start = sqlite3_column_blob(pointer, column)
    return body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(pointer, column))))
  }

  private var sql: String { sqlite3_sql(pointer).map { String(cString: $0) } ?? "" }
}

/// Holds the text and bytes of a statement's parameters in one buffer, which is reused for each run. SQLite's own copies
/// would cost an allocation for each parameter.
private struct BoundBytes: ~Copyable {
  private let start: UnsafeMutableRawPointer
  private var used = 0

  private static let capacity = 4096

  init() { start = .allocate(byteCount: BoundBytes.capacity, alignment: 1) }

  deinit { start.deallocate() }

  /// Copies `bytes`, which stay valid until `reset`. Returns their address and the destructor for SQLite. If they do not
  /// fit, SQLite is told to copy them itself.
  mutating func keep(_ bytes: UnsafeRawBufferPointer) -> (UnsafeRawPointer, sqlite3_destructor_type?) {
    guard let source = bytes.baseAddress else { return (UnsafeRawPointer(start), nil) }
    guard bytes.count <= BoundBytes.capacity - used else {
      return (source, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
    }
    let kept = start + used
    kept.copyMemory(from: source, byteCount: bytes.count)
    used += bytes.count
    return (UnsafeRawPointer(kept), nil)
  }

  mutating func reset() { used = 0 }
}
