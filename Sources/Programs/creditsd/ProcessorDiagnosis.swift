import Glibc
import SystemCalls
import UnixGRPC

/// Finds out why the processor's socket cannot be used, and what to do about it.
enum ProcessorDiagnosis {
  /// Returns what to do, or nil if the processor's user listens and accepts connections: the fault is elsewhere.
  ///
  /// - Parameter userID: The user that the processor is expected to run as.
  static func advice(socketPath path: String, userID: UInt32) -> String? {
    var status = stat()
    guard stat(path, &status) == 0 else { return absent(path, errno) }
    guard status.st_mode & S_IFMT == S_IFSOCK else { return "\(path) is not a socket: correct --processor" }
    do throws(SystemError) {
      let serving = try PeerCredentials(servingAt: path).userID
      guard serving != userID else { return nil }
      return
        "user \(serving) serves \(path), and user \(userID) is expected: start the processor as that user, or name "
        + "the other with --processor-user"
    } catch {
      return refused(path, status, error.code)
    }
  }

  private static func absent(_ path: String, _ code: Int32) -> String {
    switch code {
    case ENOENT, ENOTDIR: "there is no socket at \(path): start the processor, or correct --processor"
    case EACCES:
      "user \(geteuid()) may not look into the directory of \(path): start the processor with --socket-group and a group of "
        + "this user"
    default: "\(path) cannot be looked at: \(SystemError(code))"
    }
  }

  private static func refused(_ path: String, _ status: stat, _ code: Int32) -> String? {
    switch code {
    case ECONNREFUSED: return "nothing listens on \(path): start the processor again"
    case EACCES, EPERM:
      let mode = String(status.st_mode & 0o7777, radix: 8)
      return "\(path) belongs to user \(status.st_uid), group \(status.st_gid), with mode 0\(mode), and this is user "
        + "\(geteuid()): start the processor with --socket-group and a group of this user"
    default: return nil
    }
  }
}
