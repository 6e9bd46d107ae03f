import Glibc

/// Exclusive ownership of a socket path: an flock(2) on the file `PATH.lock` beside it.
///
/// The kernel releases the lock when the process ends. The file is never unlinked: unlinking a lock file while another
/// process waits for it would let both hold it.
struct SocketLock: ~Copyable, Sendable {
  /// Attempts are repeated only after a signal or the removal of the file, both of which are rare.
  private static let maximumTries = 100

  private let descriptor: OwnedDescriptor

  init(forSocket name: String, in directory: borrowing SocketDirectory) throws(SocketError) {
    let lockName = name + ".lock"
    let path = "\(directory.path)/\(lockName)"
    for _ in 0..<Self.maximumTries {
      let number = directory.open(lockName, flags: O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode: 0o600)
      let failure = errno
      switch (number, failure) {
      case (0..., _): break
      case (_, EINTR): continue
      case (_, ELOOP): throw .lockFileRefused(path: path, reason: "is a symbolic link")
      case (_, EISDIR): throw .lockFileRefused(path: path, reason: "is a directory")
      case (_, EACCES): throw .lockFileRefused(path: path, reason: "may not be opened by this user")
      default: throw .systemCall(name: "open", subject: path, errno: failure)
      }
      let descriptor = OwnedDescriptor(takingOwnershipOf: number)
      let identity = try Self.checkedIdentity(of: number, path: path)
      guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
        let failure = errno
        if failure == EINTR { continue }
        guard failure == EWOULDBLOCK else { throw .systemCall(name: "flock", subject: path, errno: failure) }
        throw .pathInUse(path: "\(directory.path)/\(name)", processID: Self.readProcessID(number))
      }
      // If the file was removed between open and flock, the lock has no name and protects nothing.
      guard let status = try directory.status(of: lockName), FileIdentity(status) == identity else { continue }
      Self.writeProcessID(number)
      self.descriptor = descriptor
      return
    }
    throw .lockFileRefused(path: path, reason: "is removed again and again")
  }

  deinit {
    // Closing is not enough: a child of this process has a copy of the descriptor between fork(2) and exec(3).
    _ = flock(descriptor.number, LOCK_UN)
  }

  private static func checkedIdentity(of number: Int32, path: String) throws(SocketError) -> FileIdentity {
    var status = stat()
    try systemCall("stat", path) { fstat(number, &status) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .lockFileRefused(path: path, reason: "is \(status.kind), not a regular file")
    }
    guard status.st_uid == geteuid() else {
      throw .lockFileRefused(path: path, reason: "belongs to user \(status.st_uid)")
    }
    return FileIdentity(status)
  }

  // The process ID is informational, so failures to read or write it are ignored.

  private static func writeProcessID(_ number: Int32) {
    let text = Array("\(getpid())\n".utf8)
    guard ftruncate(number, 0) == 0 else { return }
    _ = pwrite(number, text, text.count, 0)
  }

  private static func readProcessID(_ number: Int32) -> Int32? {
    var text = [UInt8](repeating: 0, count: 16)
    let count = pread(number, &text, text.count, 0)
    guard count > 0 else { return nil }
    return Int32(String(decoding: text[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
  }
}
