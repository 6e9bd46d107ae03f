import CSQLite
import Glibc
package import LedgerEngine
import SystemCalls

/// A copy of the database made with SQLite's online backup (sqlite3_backup_init), from the store's own connection, so that
/// later writes go into the copy too and never restart it.
///
/// The copy is written without syncs; the program that keeps it has to sync it. This object stays on the store's thread.
final class SQLiteBackup: StoreBackup {
  /// 256 KiB with SQLite's default page size.
  private static let pagesPerStep: Int32 = 64

  private let path: String
  /// nil once the copy is closed.
  private var copy: OpaquePointer?
  private var backup: OpaquePointer?
  /// Retained, so that the source outlives the backup.
  private let source: Connection

  init(of source: Connection, in directory: String) throws(BackupFailure) {
    self.source = source
    path = directory + "/" + Self.name
    try Self.createFile(path)
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX
    guard sqlite3_open_v2(path, &copy, flags, nil) == SQLITE_OK,
      sqlite3_exec(copy, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", nil, nil, nil) == SQLITE_OK
    else { throw failure("cannot open the copy") }
    backup = sqlite3_backup_init(copy, "main", source.pointer, "main")
    guard backup != nil else { throw failure("cannot begin the copy") }
  }

  deinit {
    close()
    unlink(path)
  }

  func proceed() throws(BackupFailure) -> Bool {
    switch sqlite3_backup_step(backup, Self.pagesPerStep) {
    case SQLITE_OK, SQLITE_BUSY, SQLITE_LOCKED: return false
    case SQLITE_DONE: return true
    case let status: throw BackupFailure("cannot copy: \(String(cString: sqlite3_errstr(status)))")
    }
  }

  func finish() throws(BackupFailure) -> any BackupContents {
    let status = sqlite3_backup_finish(backup)
    backup = nil
    guard status == SQLITE_OK else { throw failure("cannot end the copy") }
    close()
    return try BackupFile(takingOver: path)
  }

  private func close() {
    sqlite3_backup_finish(backup)
    backup = nil
    sqlite3_close_v2(copy)
    copy = nil
  }

  private func failure(_ action: String) -> BackupFailure {
    BackupFailure("\(action): \(copy.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory")")
  }

  // MARK: The file

  private static let name = "backup.partial"

  /// Removes the partial copy of a process that was killed during a backup.
  static func removeRemains(in directory: String) { unlink(directory + "/" + name) }

  /// SQLite would create the file with mode 0644, readable by others.
  private static func createFile(_ path: String) throws(BackupFailure) {
    let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw BackupFailure(
        errno == EEXIST ? "another backup is under way: wait until it is done" : SystemError.last.description
      )
    }
    Glibc.close(file)
  }
}

extension SQLiteStore: CopyingStore {
  package func beginBackup() throws(BackupFailure) -> any StoreBackup {
    try SQLiteBackup(of: connection, in: directory.path)
  }
}
