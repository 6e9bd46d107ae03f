import CSQLite
import Encodings
import LedgerEngine

/// Protects the file of a connection from other processes.
protocol ConnectionGuardian: AnyObject {
  /// Called before the connection copies its log into the file and removes it.
  func connectionCloses()
}

/// A SQLite connection. It stays on the thread that opened it, and its statements must be finalized before it is closed.
final class Connection {
  let pointer: OpaquePointer
  /// Released after the connection is closed.
  var guardian: (any ConnectionGuardian)?
  private let walFrames: UnsafeMutablePointer<Int32>

  /// - Parameter vfs: The name of a registered VFS (sqlite.org/vfs.html); nil for the system's default.
  convenience init(path: String, vfs: String? = nil) throws(StoreError) {
    try self.init(name: path, SQLITE_OPEN_READWRITE, vfs, path: path)
  }

  /// Opens the file read-only and ignores its log. Nothing may write to the file meanwhile.
  convenience init(ignoringLogOf path: String, vfs: String?) throws(StoreError) {
    let name = "file:\(Self.escaped(path))?immutable=1"
    try self.init(name: name, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, vfs, path: path)
  }

  private init(name: String, _ access: Int32, _ vfs: String?, path: String) throws(StoreError) {
    var opened: OpaquePointer?
    // Only one thread uses the connection, so SQLite's mutexes are needless overhead.
    let status = sqlite3_open_v2(name, &opened, access | SQLITE_OPEN_NOMUTEX, vfs)
    guard status == SQLITE_OK, let opened else {
      let reason = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
      sqlite3_close_v2(opened)
      throw .failed("cannot open \(path): \(reason)")
    }
    pointer = opened
    walFrames = .allocate(capacity: 1)
    walFrames.initialize(to: 0)
    sqlite3_extended_result_codes(opened, 1)
    // Replaces SQLite's automatic checkpoints, which ignore I/O errors.
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
    guardian?.connectionCloses()
    sqlite3_close_v2(pointer)
    walFrames.deallocate()
  }

  /// Whether the file was removed or renamed since it was opened.
  var hasMoved: Bool {
    var hasMoved: Int32 = 0
    return sqlite3_file_control(pointer, "main", SQLITE_FCNTL_HAS_MOVED, &hasMoved) == SQLITE_OK && hasMoved != 0
  }

  /// Sets whether closing leaves the log as it is: another file's log must be neither applied nor deleted.
  func keepLogOnClose(_ keeps: Bool) { _ = credits_sqlite3_keep_log_on_close(pointer, keeps ? 1 : 0) }

  /// The primary result code of the last failed call.
  var lastError: Int32 { sqlite3_errcode(pointer) & 0xFF }

  /// Returns `path` as the path of a URI (sqlite.org/uri.html), in which any byte may be escaped.
  private static func escaped(_ path: String) -> String {
    path.utf8.map { $0 == UInt8(ascii: "/") ? "/" : "%" + Hexadecimal.text([$0]) }.joined()
  }

  /// The number of frames in the write-ahead log after the last commit. A frame is one page.
  var framesInLog: Int { Int(walFrames.pointee) }

  func execute(_ sql: String) throws(StoreError) {
    guard sqlite3_exec(pointer, sql, nil, nil, nil) == SQLITE_OK else { throw error(in: sql) }
  }

  /// Runs `body` in a transaction, which is durable once this returns. If this throws, the transaction had no effect.
  func transaction(_ body: () throws(StoreError) -> Void) throws(StoreError) {
    do throws(StoreError) {
      try execute("BEGIN IMMEDIATE")
      try body()
      try execute("COMMIT")
    } catch {
      try rollBack()
      throw error
    }
  }

  /// Copies the log into the database file and syncs it, so that the log restarts from its beginning.
  func checkpoint() throws(StoreError) {
    guard sqlite3_wal_checkpoint_v2(pointer, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil) == SQLITE_OK else {
      throw error(in: "checkpoint")
    }
    walFrames.pointee = 0
  }

  /// Rolls back a failed transaction, unless SQLite has already done so.
  func rollBack() throws(StoreError) {
    if sqlite3_get_autocommit(pointer) == 0 { try execute("ROLLBACK") }
  }

  /// SQLITE_IOERR_READ, _SHORT_READ, _DATA and _CORRUPTFS, which are macros that Swift does not import.
  private static let readErrors: Set<Int32> = [1, 2, 32, 33].reduce(into: []) { $0.insert(SQLITE_IOERR | $1 << 8) }

  func error(in action: String) -> StoreError {
    let message = "\(action.prefix(60)): \(String(cString: sqlite3_errmsg(pointer)))"
    if isOutOfSpace { return .diskFull(message) }
    return isDamage
      ? .damaged("\(String(cString: sqlite3_errmsg(pointer))) (SQLite \(sqlite3_extended_errcode(pointer)))")
      : .failed("SQLite \(sqlite3_extended_errcode(pointer)) in \(message)")
  }

  /// Whether the last call failed because of the file's content or an unreadable page. A rollback then undoes everything
  /// that it wrote. In a sound ledger, no constraint is ever violated.
  private var isDamage: Bool {
    switch sqlite3_errcode(pointer) & 0xFF {
    case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_CONSTRAINT: true
    case SQLITE_IOERR: Self.readErrors.contains(sqlite3_extended_errcode(pointer))
    default: false
    }
  }
}
