import CSQLite
import Glibc
import LedgerStore

/// Owns one SQLite connection. It stays on the thread that opened it; its statements must be gone before it is.
final class Connection {
  fileprivate let pointer: OpaquePointer
  private let walFrames: UnsafeMutablePointer<Int32>

  init(path: String) throws(StoreError) {
    var opened: OpaquePointer?
    // One thread uses the connection, so SQLite's own mutexes would only cost.
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW
    let status = sqlite3_open_v2(path, &opened, flags, nil)
    guard status == SQLITE_OK, let opened else {
      let reason = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
      sqlite3_close_v2(opened)
      throw .failed("cannot open \(path): \(reason)")
    }
    pointer = opened
    walFrames = .allocate(capacity: 1)
    walFrames.initialize(to: 0)
    sqlite3_extended_result_codes(opened, 1)
    // Replaces SQLite's own checkpoints, which swallow their I/O errors.
    sqlite3_wal_hook(
      opened,
      { frames, _, _, count in
        frames?.assumingMemoryBound(to: Int32.self).pointee = count
        return SQLITE_OK
      },
      walFrames
    )
  }

  deinit {
    sqlite3_close_v2(pointer)
    walFrames.deallocate()
  }

  /// Frames in the write-ahead log after the last commit, each one page.
  var framesInLog: Int { Int(walFrames.pointee) }

  func execute(_ sql: String) throws(StoreError) {
    guard sqlite3_exec(pointer, sql, nil, nil, nil) == SQLITE_OK else { throw error(in: sql) }
  }

  /// Copies the log into the database file and syncs it, so that the log begins anew.
  func checkpoint() throws(StoreError) {
    guard sqlite3_wal_checkpoint_v2(pointer, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil) == SQLITE_OK else {
      throw error(in: "checkpoint")
    }
    walFrames.pointee = 0
  }

  /// Ends a transaction that failed half-way, unless SQLite has done so itself.
  func rollBack() throws(StoreError) {
    if sqlite3_get_autocommit(pointer) == 0 { try execute("ROLLBACK") }
  }

  func error(in action: String) -> StoreError {
    let message = "\(action.prefix(60)): \(String(cString: sqlite3_errmsg(pointer)))"
    let isFull = sqlite3_errcode(pointer) == SQLITE_FULL || sqlite3_system_errno(pointer) == EDQUOT
    return isFull ? .diskFull(message) : .failed("SQLite \(sqlite3_extended_errcode(pointer)) in \(message)")
  }

  fileprivate var isConstraintViolated: Bool { sqlite3_errcode(pointer) == SQLITE_CONSTRAINT }
}

/// Owns one prepared statement.
///
/// Parameters and columns are numbered as in SQLite: parameters from 1, columns from 0.
final class Statement {
  private let pointer: OpaquePointer
  private let connection: Connection

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

  func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(pointer, index, value) }

  func bind(_ index: Int32, _ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      _ = utf8.withMemoryRebound(to: CChar.self) {
        sqlite3_bind_text(pointer, index, $0.baseAddress ?? Statement.noBytes, Int32($0.count), Statement.transient)
      }
    }
  }

  func bind(_ index: Int32, _ text: String?) {
    if let text { bind(index, text) } else { sqlite3_bind_null(pointer, index) }
  }

  func bind(_ index: Int32, _ bytes: [UInt8]) {
    _ = bytes.withUnsafeBytes {
      // A null pointer would bind NULL instead of an empty blob.
      sqlite3_bind_blob(
        pointer,
        index,
        $0.baseAddress ?? UnsafeRawPointer(Statement.noBytes),
        Int32($0.count),
        Statement.transient
      )
    }
  }

  /// Runs the statement for one row; false where there is none. Bindings are kept until the next `bind`.
  func step() throws(StoreError) -> Bool {
    switch sqlite3_step(pointer) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default:
      let error = connection.error(in: sql)
      sqlite3_reset(pointer)
      throw error
    }
  }

  /// Makes the statement ready to run again. Every `step` that gave a row is followed by one.
  func reset() { sqlite3_reset(pointer) }

  /// Runs a statement that gives no rows.
  func run() throws(StoreError) {
    _ = try step()
    reset()
  }

  /// Runs an insertion; false where a row with its key exists.
  func insert() throws(StoreError) -> Bool {
    defer { reset() }
    let status = sqlite3_step(pointer)
    if status == SQLITE_DONE { return true }
    guard connection.isConstraintViolated else { throw connection.error(in: sql) }
    return false
  }

  func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(pointer, column) }

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(pointer, column) == SQLITE_NULL }

  func text(_ column: Int32) -> String {
    guard let start = sqlite3_column_text(pointer, column) else { return "" }
    let count = Int(sqlite3_column_bytes(pointer, column))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

  func bytes(_ column: Int32) -> [UInt8] {
    guard let start = sqlite3_column_blob(pointer, column) else { return [] }
    return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(pointer, column))))
  }

  private var sql: String { sqlite3_sql(pointer).map { String(cString: $0) } ?? "" }

  /// Tells SQLite to copy what is bound: the Swift value may be gone before the statement runs.
  private static var transient: sqlite3_destructor_type {
    unsafeBitCast(-1, to: sqlite3_destructor_type.self)
  }

  /// Something to point at where there are no bytes.
  nonisolated(unsafe) private static let noBytes = UnsafePointer(UnsafeMutablePointer<CChar>.allocate(capacity: 1))
}
