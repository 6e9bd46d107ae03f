import CSQLite
import Glibc
import LedgerEngine

/// A SQLite connection. It stays on the thread that opened it, and its statements must be finalized before it is closed.
final class Connection {
  let pointer: OpaquePointer
  private let walFrames: UnsafeMutablePointer<Int32>

  /// - Parameter vfs: The name of a registered VFS (sqlite.org/vfs.html); nil for the system's default.
  init(path: String, vfs: String? = nil) throws(StoreError) {
    var opened: OpaquePointer?
    // Only one thread uses the connection, so SQLite's mutexes are needless overhead.
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX
    let status = sqlite3_open_v2(path, &opened, flags, vfs)
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
    sqlite3_close_v2(pointer)
    walFrames.deallocate()
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

  func error(in action: String) -> StoreError {
    let message = "\(action.prefix(60)): \(String(cString: sqlite3_errmsg(pointer)))"
    let isFull = sqlite3_errcode(pointer) & 0xFF == SQLITE_FULL || sqlite3_system_errno(pointer) == EDQUOT
    return isFull ? .diskFull(message) : .failed("SQLite \(sqlite3_extended_errcode(pointer)) in \(message)")
  }
}
