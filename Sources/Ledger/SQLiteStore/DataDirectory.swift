import Glibc
import LedgerEngine
import SystemCalls

/// A locked data directory: two processes never share one.
///
/// The lock is flock(2) on a file beside the database. It ends with the process in any case; the file remains.
/// The file also says whether the ledger's log is in use.
final class DataDirectory {
  let path: String
  let lock: Int32

  /// - Parameter creates: Whether to create the directory and its parents (mode 0700) if they are missing.
  init(path: String, creates: Bool = true) throws(StoreError) {
    self.path = path
    if creates {
      try DataDirectory.make(path)
      guard access(path, F_OK) == 0 else {
        throw .failed("\(path) is a link to a directory that is missing: make that, or choose another data directory")
      }
    } else if access(path, F_OK) != 0 {
      throw DataDirectory.failure("there is no ledger in \(path)")
    }
    let file = path + "/lock"
    lock = DataDirectory.openLock(file, in: path)
    guard lock >= 0 else { throw DataDirectory.failure("cannot open \(file)") }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      let isTaken = errno == EWOULDBLOCK
      let failure = DataDirectory.failure("cannot lock \(file)")
      close(lock)
      throw isTaken
        ? .failed("another process uses the data directory \(path): stop it first, or choose another") : failure
    }
  }

  deinit {
    // Closing is not enough: a child of this process has a copy of the descriptor between fork(2) and exec(3).
    _ = flock(lock, LOCK_UN)
    close(lock)
  }

  var databasePath: String { path + "/" + Self.databaseName }

  static let databaseName = "ledger.db"

  /// Opens or creates the lock file. If a full disk has no room for it, the directory itself is locked; SQLite's own lock on
  /// the database then excludes a process that finds room for the file later.
  private static func openLock(_ file: String, in path: String) -> Int32 {
    let lock = open(file, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard lock < 0, errno == ENOSPC || errno == EDQUOT else { return lock }
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  }

  private static func make(_ path: String) throws(StoreError) {
    let mode: mode_t = 0o700
    let made: [String]
    do throws(DirectoryPath.MakeError) {
      made = try DirectoryPath.makeParents(of: path, mode: mode)
    } catch {
      throw .failed("\(error)" + advice(error.cause))
    }
    for parent in made { try syncParent(of: parent) }
    if mkdir(path, mode) == 0 {
      try syncParent(of: path)
    } else if errno != EEXIST {
      throw failure("cannot make the directory \(path)")
    }
  }

  /// Syncs the parent directory. Otherwise a power cut could remove the new directory with everything acknowledged since.
  /// Inside the directory, SQLite does the same at the first sync of its log.
  private static func syncParent(of path: String) throws(StoreError) {
    try sync(path + "/..")
  }

  static func sync(_ path: String) throws(StoreError) {
    let directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { throw failure("cannot open \(path)") }
    defer { close(directory) }
    guard fsync(directory) == 0 else { throw failure("cannot sync \(path)") }
  }

  static func failure(_ action: String) -> StoreError {
    let cause = SystemError.last
    return .failed("\(action): \(cause)" + advice(cause))
  }

  /// What to do about it, where the error says that much.
  private static func advice(_ cause: SystemError) -> String {
    switch cause.code {
    case EACCES, EPERM, EROFS: ": let user \(geteuid()) write there, or choose another data directory"
    case ENOTDIR: ": choose a data directory whose path holds no other files"
    case ENOSPC, EDQUOT: ": make room, or choose another data directory"
    default: ""
    }
  }
}
