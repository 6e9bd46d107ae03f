import Glibc
import SystemCalls

/// Prevents backups from replacing the files of a ledger under any name. Files that a daemon has open are recognized by
/// their locks, others by their content or by the files beside them.
enum LedgerFileGuard {
  /// Checks that a backup may be written to `path`, where a file may exist.
  static func check(_ path: String) throws(CommandFailure) {
    let name = String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...])
    for suffix in logSuffixes {
      if name.hasSuffix(suffix) {
        throw .file("\(path) would be taken for a log of \(path.dropLast(suffix.count)): take another name")
      }
      var status = stat()
      if stat(path + suffix, &status) == 0, status.st_size > 0 {
        throw .file(
          "\(path) has a log, \(path)\(suffix), so it is a ledger that is open, or was not closed: take another name"
        )
      }
    }
    if ledgerNames.contains(name) || access(path, F_OK) == 0, isLocked(directory(of: path) + "/lock") {
      throw .file("\(path) belongs to a ledger that is open: take another name, or another directory")
    }
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT { return }
      throw .file("cannot look at \(path), which is to be replaced: \(SystemError.last)")
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw .file("\(path) is no plain file, and would be replaced by one: take another name")
    }
    if isInUse(file) { throw .file("\(path) is a file of a ledger that is open: take another name") }
    if isLog(file) { throw .file("\(path) is the log of a ledger: take another name") }
  }

  /// The name endings of SQLite's files beside a database.
  private static let logSuffixes = ["-wal", "-shm", "-journal"]

  /// The other files of a data directory.
  private static let ledgerNames: Set<String> = [
    "ledger.db", "lock", "clock", "backup.partial", "simulated-processor.log",
  ]

  private static func directory(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) }.map { $0.isEmpty ? "/" : $0 } ?? "."
  }

  /// Returns whether a daemon holds the lock file at `path`.
  private static func isLocked(_ path: String) -> Bool {
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    return isTaken(file)
  }

  /// Returns whether another process has locked the file: a daemon with flock(2), or SQLite with fcntl(2).
  private static func isInUse(_ file: Int32) -> Bool {
    var lock = flock()
    lock.l_type = Int16(F_WRLCK)
    lock.l_whence = Int16(SEEK_SET)
    // sqlite.org/fileformat.html, "the lock-byte page": one pending byte, one reserved, 510 shared.
    lock.l_start = 0x4000_0000
    lock.l_len = 512
    return fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != Int16(F_UNLCK) || isTaken(file)
  }

  private static func isTaken(_ file: Int32) -> Bool {
    guard flock(file, LOCK_SH | LOCK_NB) == 0 else { return errno == EWOULDBLOCK }
    _ = flock(file, LOCK_UN)
    return false
  }

  /// A write-ahead log begins with one of two numbers (sqlite.org/fileformat.html, "WAL header").
  private static func isLog(_ file: Int32) -> Bool {
    var bytes = [UInt8](repeating: 0, count: 4)
    guard pread(file, &bytes, bytes.count, 0) == bytes.count else { return false }
    return bytes[0...2] == [0x37, 0x7F, 0x06] && (bytes[3] == 0x82 || bytes[3] == 0x83)
  }
}
