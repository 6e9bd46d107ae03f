import Glibc
import SystemCalls

/// An error opening, serving or removing a Unix socket. Each description suggests a remedy.
public enum SocketError: Error, Sendable, Hashable, CustomStringConvertible {
  /// `reason` completes "the socket path …".
  case pathInvalid(path: String, reason: String)
  /// `sun_path` takes 107 bytes and a NUL (unix(7)).
  case pathTooLong(path: String, byteCount: Int)
  /// The socket's directory or one of its parents is missing and cannot be created; `errno` as in errno(3).
  case directoryNotMade(path: String, errno: Int32)
  /// Other users could replace the socket with their own.
  case directoryWritableByOthers(String)
  /// Another server holds the lock file; `processID` is nil if it could not be read.
  case pathInUse(path: String, processID: Int32?)
  /// A server accepts connections on the path without holding the lock.
  case pathServed(String)
  /// `kind` is for example "a regular file".
  case pathNotASocket(path: String, kind: String)
  case pathOwnedByAnother(path: String, userID: UInt32)
  /// The server runs as a user other than the one that the client expects.
  case serverIsAnothers(path: String, userID: UInt32, expected: UInt32)
  /// `reason` completes "the lock file …".
  case lockFileRefused(path: String, reason: String)
  /// `LISTEN_FDS` is absent or meant for another process.
  case notActivated
  /// `reason` completes "socket activation …".
  case activationRefused(reason: String)
  case notificationAddressInvalid(String)
  /// A system call failed; `errno` as in errno(3).
  case systemCall(name: String, subject: String, errno: Int32)

  public var description: String {
    switch self {
    case .pathInvalid(let path, let reason):
      "the socket path \(path.debugDescription) \(reason)"
    case .pathTooLong(let path, let byteCount):
      "the socket path \(path) has \(byteCount) bytes, and the kernel takes 107: use a shorter or a relative path"
    case .directoryNotMade(let path, let errno):
      "cannot make the directory \(path) for the socket: \(SystemError(errno)): make it for \(Self.user), or use another path"
    case .directoryWritableByOthers(let path):
      "others may write to the directory \(path) and could replace the socket: take away their write permission, set its "
        + "sticky bit, or use another directory"
    case .pathInUse(let path, let processID):
      "another server\(processID.map { ", process \($0)," } ?? "") owns \(path): stop it, or use another path"
    case .pathServed(let path):
      "another server answers on \(path): stop it, or use another path"
    case .pathNotASocket(let path, let kind):
      "\(path) is \(kind), not a socket: move it away, or use another path"
    case .pathOwnedByAnother(let path, let userID):
      "\(path) belongs to user \(userID): have its owner remove it, or use another path"
    case .serverIsAnothers(let path, let userID, let expected):
      "the server on \(path) runs as user \(userID) and not \(expected): start the right one, or expect that user"
    case .lockFileRefused(let path, let reason):
      "the lock file \(path) \(reason): look at who made it, and remove it only while no server runs"
    case .notActivated:
      "no socket was passed in LISTEN_FDS: start this through a socket unit, or give a path"
    case .activationRefused(let reason):
      "socket activation \(reason)"
    case .notificationAddressInvalid(let address):
      "NOTIFY_SOCKET \(address.debugDescription) is no absolute path, abstract name (@NAME) or vsock:CID:PORT (sd_notify(3))"
    case .systemCall(let name, let subject, let errno):
      "\(name) failed on \(subject): \(SystemError(errno))" + Self.advice(errno)
    }
  }

  /// What to do about a system call that failed, where its error says that much.
  private static func advice(_ errno: Int32) -> String {
    switch errno {
    case EACCES, EPERM, EROFS: ": let \(user) write there, or use another path"
    case ENOSPC, EDQUOT: ": make room, or use another path"
    case EMFILE, ENFILE: ": raise the limit of open files"
    default: ""
    }
  }

  private static var user: String { "user \(geteuid())" }
}
