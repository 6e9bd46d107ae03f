import Glibc
import SystemCalls

/// A file that gets its name only when it is completely on disk. A failure before that leaves nothing behind. It never
/// replaces a file of a ledger.
final class BackupFile {
  private let path: String
  private let partialPath: String
  private let replaces: Bool
  private let file: Int32
  private var ownsPartialFile = false
  private var isFinished = false

  /// - Parameter replaces: Whether an existing file is replaced.
  init(path: String, replaces: Bool) throws(CommandFailure) {
    self.path = path
    self.replaces = replaces
    partialPath = path + ".partial"
    try LedgerFileGuard.check(path)
    try LedgerFileGuard.check(partialPath)
    if !replaces, access(path, F_OK) == 0 { throw Self.exists(path) }
    file = open(partialPath, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Self.failure("cannot create \(partialPath)") }
    try takePartialFile()
  }

  /// Takes over the partial file, which may be left from an earlier backup. It is refused if another backup is writing it,
  /// or if it is a link to another file.
  private func takePartialFile() throws(CommandFailure) {
    var status = stat()
    guard fstat(file, &status) == 0 else { throw Self.failure("cannot look at \(partialPath)") }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else {
      throw .file("\(partialPath) is in the way, and no file of its own: remove it, or take another name")
    }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      throw .file("another backup to \(path) is under way: wait until it is done, or take another name")
    }
    ownsPartialFile = true
    guard ftruncate(file, 0) == 0 else { throw Self.failure("cannot write \(partialPath)") }
  }

  deinit {
    close(file)
    if ownsPartialFile, !isFinished { unlink(partialPath) }
  }

  func write(_ bytes: ArraySlice<UInt8>) throws(CommandFailure) {
    do { try ByteStream.writeAll(bytes, to: file) } catch {
      throw Self.failure("cannot write \(partialPath)", error)
    }
  }

  /// Syncs the file, gives it its name, and syncs the directory.
  func finish() throws(CommandFailure) {
    guard fsync(file) == 0 else { throw Self.failure("cannot sync \(partialPath)") }
    // Again, because the copy may have taken long.
    try LedgerFileGuard.check(path)
    if replaces {
      guard rename(partialPath, path) == 0 else { throw Self.failure("cannot rename \(partialPath)") }
    } else {
      // Unlike rename(2), link(2) does not replace an existing file.
      guard link(partialPath, path) == 0 else {
        throw errno == EEXIST ? Self.exists(path) : Self.failure("cannot give \(partialPath) its name")
      }
      unlink(partialPath)
    }
    isFinished = true
    try syncDirectory()
  }

  private func syncDirectory() throws(CommandFailure) {
    let name = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let directory = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { throw Self.failure("cannot open \(name)") }
    defer { close(directory) }
    guard fsync(directory) == 0 else { throw Self.failure("cannot sync \(name)") }
  }

  private static func exists(_ path: String) -> CommandFailure {
    .file("\(path) is there already: take another name, or --force to replace it")
  }

  /// Named as the server's failures are, because to whoever asked for the copy it is the same.
  private static func failure(_ action: String, _ error: SystemError = .last) -> CommandFailure {
    let advice =
      switch error.code {
      case ENOSPC, EDQUOT, EFBIG: "; make room there, or put the copy elsewhere"
      default: ""
      }
    return .file("BACKUP_FAILED: there is no copy: \(action): \(error)\(advice)")
  }
}
