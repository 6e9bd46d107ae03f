import Glibc
import LedgerEngine

// While a ledger is open, its last changes are only in its log. The lock file says so until the ledger is closed, so that a
// log that has been removed after a crash is missed; SQLite takes a file without a log for one that was closed.
extension DataDirectory: ConnectionGuardian {
  var logPath: String { databasePath + "-wal" }

  /// Checks that the log is there if the ledger was not closed.
  func findLog() throws(StoreError) {
    guard let note, text(count: note.utf8.count + 1) == note, !hasLog, errno == ENOENT else { return }
    throw .failed(
      "\(logPath) is missing, and the last changes to the ledger were only there: put it back. To go on without those "
        + "changes, remove \(path)/lock"
    )
  }

  /// Whether the log that was opened, or another, is still there.
  var hasLog: Bool { access(logPath, F_OK) == 0 }

  /// Notes that the log is in use. Without room for the note, the log is not missed.
  func logIsUsed() throws(StoreError) {
    // The note must not outlive a log whose name a power cut removes.
    try Self.sync(path)
    guard let note, ftruncate(lock, 0) == 0 else { return }
    _ = note.withCString { pwrite(lock, $0, note.utf8.count, 0) }
  }

  /// Removes the note before SQLite removes the log.
  func connectionCloses() {
    if ftruncate(lock, 0) == 0 { fsync(lock) }
  }

  /// Names the file itself, so that a backup that takes its place needs no log.
  private var note: String? {
    var status = stat()
    guard stat(databasePath, &status) == 0 else { return nil }
    return "file \(status.st_ino) is in use, and its log\n"
  }

  private func text(count: Int) -> String {
    var bytes = [UInt8](repeating: 0, count: count)
    let read = pread(lock, &bytes, count, 0)
    return String(decoding: bytes.prefix(max(0, read)), as: UTF8.self)
  }
}

extension SQLiteStore {
  /// Returns why nothing may be changed any more if somebody has removed a file of the ledger, or put another in its place.
  /// Changes would be lost with the files that are open here.
  func reasonOfMissingFile() -> String? {
    guard settings.vfs == nil else { return nil }
    if connection.hasMoved {
      return
        "\(directory.databasePath) was removed or replaced while it is in use: copy the ledger with creditsctl backup, "
        + "then stop creditsd and put the copy there"
    }
    guard !directory.hasLog else { return nil }
    return
      "the log \(directory.logPath) was removed while it is in use: restart creditsd, which writes it anew"
  }
}
