import Glibc
import Synchronization

/// The file of a bound socket: its directory, its lock and, once it is bound, its identity.
final class BoundFile: Sendable {
  private let directory: SocketDirectory
  private let name: String
  private let lock: SocketLock
  private let identity = Mutex<FileIdentity?>(nil)

  /// Opens or creates the directory and acquires the lock.
  init(path: String, group: UInt32?) throws(SocketError) {
    let (directoryPath, name) = Self.split(path)
    guard !name.isEmpty, name != ".", name != ".." else {
      throw .pathInvalid(path: path, reason: "names a directory: add a file name")
    }
    let directory = try SocketDirectory(path: directoryPath, creatingForGroup: group)
    lock = try SocketLock(forSocket: name, in: directory)
    self.directory = directory
    self.name = name
  }

  private static func split(_ path: String) -> (directory: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let directory = path[..<slash]
    return (directory.isEmpty ? "/" : String(directory), String(path[path.index(after: slash)...]))
  }

  /// Removes a stale socket of this user from the path; throws if anything else is there.
  func clearPath(address: SocketAddress, path: String) throws(SocketError) {
    guard let status = try directory.status(of: name) else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else { throw .pathNotASocket(path: path, kind: status.kind) }
    guard status.st_uid == geteuid() else { throw .pathOwnedByAnother(path: path, userID: status.st_uid) }
    // The lock excludes other servers of this library; a server without a lock can only be detected by connecting to it.
    let probe = try SocketAddress.makeSocket(SOCK_STREAM)
    let isConnected = address.withSockAddr { connect(probe.number, $0, $1) } == 0
    let failure = errno
    if isConnected { throw .pathServed(path) }
    switch failure {
    // A full accept queue, or a live socket of another type (EPROTOTYPE).
    case EAGAIN, EINPROGRESS, EINTR, EPROTOTYPE: throw .pathServed(path)
    case ECONNREFUSED: try directory.unlink(name, ifStill: FileIdentity(status))
    case ENOENT: return
    default: throw .systemCall(name: "connect", subject: path, errno: failure)
    }
  }

  /// Records the identity of the file just bound and sets its group and exact mode; removes the file on failure.
  func claim(group: UInt32?) throws(SocketError) {
    guard let status = try directory.status(of: name), status.st_mode & S_IFMT == S_IFSOCK else {
      throw .systemCall(name: "stat", subject: "\(directory.path)/\(name)", errno: ENOENT)
    }
    identity.withLock { $0 = FileIdentity(status) }
    let mode: mode_t = group == nil ? 0o600 : 0o660
    do throws(SocketError) {
      if let group { try directory.setGroup(of: name, to: group) }
      if status.permissions != mode { try directory.setMode(of: name, to: mode) }
    } catch {
      try? remove()
      throw error
    }
  }

  func remove() throws(SocketError) {
    guard let identity = identity.withLock({ $0.take() }) else { return }
    try directory.unlink(name, ifStill: identity)
  }
}
