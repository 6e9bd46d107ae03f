import Glibc
import SystemCalls

/// A file that gets its name only when it is completely on disk. A failure before that leaves nothing behind.
final class BackupFile {
  private let path: String
  private let partialPath: String
  private let replaces: Bool
  private let file: Int32
  private var isFinished = false

  /// - Parameter replaces: Whether an existing file is replaced.
  init(path: String, replaces: Bool) throws(CommandFailure) {
    self.path = path
    self.replaces = replaces
    partialPath = path + ".partial"
    if !replaces, access(path, F_OK) == 0 { throw Self.exists(path) }
    file = open(partialPath, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Self.failure("cannot create \(partialPath)") }
  }

  deinit {
    close(file)
    if !isFinished { unlink(partialPath) }
  }

  func write(_ bytes: ArraySlice<UInt8>) throws(CommandFailure) {
    do { try ByteStream.writeAll(bytes, to: file) } catch {
      throw .file("cannot write \(partialPath): \(error)")
    }
  }

  /// Syncs the file, gives it its name, and syncs the directory.
  func finish() throws(CommandFailure) {
    guard fsync(file) == 0 else { throw Self.failure("cannot sync \(partialPath)") }
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

  private static func failure(_ action: String) -> CommandFailure {
    .file("\(action): \(SystemError.last)")
  }
}
