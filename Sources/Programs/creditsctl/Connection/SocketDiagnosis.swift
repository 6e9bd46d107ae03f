import CreditsSocketPath
import Glibc
import SystemCalls

/// Diagnoses why a server on a socket cannot be called, after a call has failed.
struct SocketDiagnosis {
  private let socket: SocketName

  init(_ socket: SocketName) { self.socket = socket }

  /// How long to wait for the server's first HTTP/2 frame. A server sends it at once.
  static let usualPatience: Duration = .seconds(2)
  private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
  /// An empty SETTINGS frame (RFC 9113 section 6.5).
  private static let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
  private static let settingsType: UInt8 = 4

  /// Returns what is wrong and what to do, or nil if an HTTP/2 server answers and the fault is elsewhere.
  ///
  /// - Parameter patience: How long to wait for the server's first frame; nil if the caller has already waited for it.
  func reason(patience: Duration?) -> String? {
    switch socket {
    case .path(let path): reason(path, patience)
    case .abstract(let name):
      conversation([0] + Array(name.utf8), "@" + name, patience) { "nothing listens on @\(name): \($0)" }
    }
  }

  private func reason(_ path: String, _ patience: Duration?) -> String? {
    var status = stat()
    guard lstat(path, &status) == 0 else { return Self.unreachable(path, errno) }
    var target = status
    if status.st_mode & S_IFMT == S_IFLNK, stat(path, &target) != 0 { return Self.unreachable(path, errno) }
    guard target.st_mode & S_IFMT == S_IFSOCK else {
      return "\(path) is not a socket: give the path of a server's socket with --socket"
    }
    return conversation(Array(path.utf8) + [0], path, patience) { Self.refused(path, target, $0.code) }
  }

  private static func unreachable(_ path: String, _ code: Int32) -> String {
    switch code {
    case ENOENT, ENOTDIR:
      if let other = otherSocket(than: path) {
        return "there is no socket at \(path), but there is one at \(other): name it with --socket or CREDITS_SOCKET"
      }
      return "there is no socket at \(path): start creditsd, or name another server's with --socket or CREDITS_SOCKET"
    case EACCES:
      return
        "user \(getuid()) may not look into the directory of \(path): run this as the server's user, or as a member of its group"
    default: return "\(path) cannot be looked at: \(SystemError(code))"
    }
  }

  /// A login looks in its own runtime directory, while the system's daemon serves in /run, and the other way round.
  private static func otherSocket(than path: String) -> String? {
    let usual = CreditsSocket.usualPaths(userID: getuid()) { name in getenv(name).map { String(cString: $0) } }
    return usual.first { candidate in
      var status = stat()
      return candidate != path && stat(candidate, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }
  }

  private static func refused(_ path: String, _ status: stat, _ code: Int32) -> String {
    switch code {
    case ECONNREFUSED:
      return "nothing listens on \(path): the server that made it has ended; start it again"
    case EACCES, EPERM:
      let mode = String(status.st_mode & 0o7777, radix: 8)
      return
        "permission denied: \(path) belongs to user \(status.st_uid), group \(status.st_gid), with mode 0\(mode), and "
        + "this is user \(getuid()): run this as that user, or have the server give your group access (creditsd: --socket-group)"
    case EPROTOTYPE: return "\(path) is not a stream socket, so no gRPC server's"
    case EAGAIN: return "\(path) takes no more connections at the moment: its server is overloaded or stopped"
    default: return "no connection to \(path): \(SystemError(code))"
    }
  }

  /// - Parameters:
  ///   - name: What goes into `sun_path`.
  ///   - path: The same for people.
  ///   - refusal: What is wrong when there is no connection.
  private func conversation(
    _ name: [UInt8],
    _ path: String,
    _ patience: Duration?,
    refusal: (SystemError) -> String
  ) -> String? {
    // Otherwise a server that accepts nothing would block connect(2) for ever.
    let type = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    let descriptor = Glibc.socket(AF_UNIX, Int32(type), 0)
    guard descriptor >= 0 else { return "no socket can be made: \(SystemError.last)" }
    defer { close(descriptor) }
    guard Self.connect(descriptor, name) else { return refusal(.last) }
    guard let patience else { return Self.silent(path) }
    return Self.conversation(descriptor, path, until: .now + patience)
  }

  private static func conversation(
    _ descriptor: Int32,
    _ path: String,
    until end: ContinuousClock.Instant
  ) -> String? {
    let hello = preface + settings
    guard send(descriptor, hello, hello.count, Int32(MSG_NOSIGNAL)) == hello.count else {
      return "\(path) ended the connection at once: \(SystemError.last)"
    }
    var answer: [UInt8] = []
    while answer.count < settings.count {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let left = max(.zero, ContinuousClock.now.duration(to: end)) / .milliseconds(1)
      guard poll(&waiting, 1, Int32(left.rounded(.up))) > 0 else { return silent(path) }
      var buffer = [UInt8](repeating: 0, count: 64)
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else {
        return answer.isEmpty
          ? "the server on \(path) closes the connection at once: it is no gRPC server, or it does not let user \(getuid()) in"
          : notHTTP2(path)
      }
      answer += buffer.prefix(count)
      // The first bytes show another protocol; more may never come.
      if answer.count >= 4, answer[3] != settingsType { return notHTTP2(path) }
    }
    return nil
  }

  private static func silent(_ path: String) -> String {
    "the server on \(path) accepts connections and says nothing: it hangs, or is no gRPC server"
  }

  private static func notHTTP2(_ path: String) -> String {
    "the server on \(path) does not speak HTTP/2, so it is no gRPC server"
  }

  private static func connect(_ descriptor: Int32, _ name: [UInt8]) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    // An abstract name ends where its address does.
    let length = socklen_t(MemoryLayout<sockaddr_un>.offset(of: \.sun_path)! + name.count)
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(descriptor, $0, length) == 0 }
    }
  }
}
