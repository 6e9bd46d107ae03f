import Glibc
import LedgerEngine
import SystemCalls

// Finds or creates the ledger. A new ledger is created only in a directory that never contained one: beside the remaining
// files of another it would conceal that the ledger is missing, and SQLite would delete its log.
extension DataDirectory {
  /// Checks that the directory contains a ledger, or creates an empty one. Returns whether it is new.
  func findLedger(creates: Bool) throws(StoreError) -> Bool {
    var status = stat()
    if lstat(databasePath, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw .failed("\(databasePath) is no plain file: put the ledger itself there")
      }
      guard status.st_size > 0 else {
        throw .failed(
          "\(databasePath) is empty, so the ledger that was there is lost: restore a backup as \(databasePath), with no "
            + "other file beside it but lock. If there never was a ledger, remove the empty file"
        )
      }
      guard access(databasePath, R_OK | W_OK) == 0 else {
        throw Self.failure("cannot read and write \(databasePath)")
      }
      return false
    }
    guard errno == ENOENT else { throw Self.failure("cannot look at \(databasePath)") }
    let remains = try remains()
    guard remains.isEmpty else {
      throw .failed(
        "\(path) has \(remains.joined(separator: ", ")) but no \(Self.databaseName): put the \(Self.databaseName) that "
          + "they belong to back there, or restore a backup into an empty directory. A new ledger is made in an empty "
          + "directory only"
      )
    }
    guard creates else {
      throw .failed(
        "there is no ledger in \(path), and none is to be made: mount the disk that has it, or give the right directory"
      )
    }
    try createLedger()
    return true
  }

  /// Returns the names of files that belong to a ledger.
  private func remains() throws(StoreError) -> [String] {
    try names().filter { name in
      if name.hasPrefix(Self.newName) { return false }
      return name.hasPrefix(Self.databaseName) || Self.namesBesideLedger.contains(name)
    }
  }

  /// Other files of a data directory: an unfinished backup, and the records of the simulated processor.
  private static let namesBesideLedger: Set<String> = ["backup.partial", "simulated-processor.log"]

  private func names() throws(StoreError) -> [String] {
    guard let directory = opendir(path) else { throw Self.failure("cannot read the directory \(path)") }
    defer { closedir(directory) }
    var names: [String] = []
    errno = 0
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw Self.failure("cannot read the directory \(path)") }
    return names.sorted()
  }

  // MARK: A new ledger

  private static let newName = databaseName + ".new"

  /// Creates an empty ledger under a temporary name and renames it, so that `ledger.db` is complete even if the process is
  /// killed.
  private func createLedger() throws(StoreError) {
    let newPath = path + "/" + Self.newName
    for suffix in ["", "-wal", "-shm", "-journal"] { unlink(newPath + suffix) }
    // SQLite would create the file with mode 0644, readable by others. It gives the log the mode of the database.
    let file = open(newPath, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Self.failure("cannot create \(newPath)") }
    defer { close(file) }
    try Self.writeEmptyLedger(at: newPath)
    guard access(newPath + "-wal", F_OK) != 0, fsync(file) == 0 else {
      throw Self.failure("cannot write \(newPath)")
    }
    guard rename(newPath, databasePath) == 0 else { throw Self.failure("cannot rename \(newPath)") }
    try Self.sync(path)
  }

  /// Closes the connection before it returns, which copies the log into the file.
  private static func writeEmptyLedger(at path: String) throws(StoreError) {
    let connection = try Connection(path: path)
    try connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    try SQLiteStore.useLog(connection)
    try Schema.prepare(connection)
  }
}
