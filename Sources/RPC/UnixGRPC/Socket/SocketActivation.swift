import Glibc

/// Sockets passed by a service manager at startup. Source: sd_listen_fds(3).
enum SocketActivation {
  /// `SD_LISTEN_FDS_START`.
  static let firstDescriptor: Int32 = 3
  private static let variables = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]

  /// The sockets passed to this process, according to the environment.
  struct Passed: Hashable {
    var count: Int
    /// One name per descriptor; "unknown" if the service manager passed no names, as systemd does.
    var names: [String]

    init(listenPID: String?, listenFDs: String?, listenFDNames: String?, processID: Int32) throws(SocketError) {
      guard let listenPID, let listenFDs, Int32(listenPID) == processID else { throw .notActivated }
      guard let count = Int(listenFDs), (0...1024).contains(count) else {
        throw .activationRefused(reason: "passed LISTEN_FDS=\(listenFDs), which is not a number of descriptors")
      }
      self.count = count
      guard let listenFDNames else {
        names = Array(repeating: "unknown", count: count)
        return
      }
      names = listenFDNames.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      guard names.count == count else {
        throw .activationRefused(reason: "passed \(count) sockets and \(names.count) names")
      }
    }

    /// Returns the zero-based index of the descriptor to use: the one named `name`, or the only one.
    func index(name: String?) throws(SocketError) -> Int {
      guard count > 0 else { throw .notActivated }
      let found = name.map { name in names.indices.filter { names[$0] == name } } ?? Array(names.indices)
      if found.count == 1 { return found[0] }
      let wanted = name.map { "one named \($0)" } ?? "one"
      throw .activationRefused(
        reason:
          "passed \(count) sockets (\(names.joined(separator: ", "))), \(found.count) of which fit: pass \(wanted)"
      )
    }
  }

  /// Whether the environment passes sockets to this process. Variables meant for another process, such as a parent that
  /// did not unset them, are ignored.
  static func isMeant(for processID: Int32, _ variable: (String) -> String?) -> Bool {
    guard let listenPID = variable("LISTEN_PID"), Int32(listenPID) == processID,
      let count = variable("LISTEN_FDS")
    else { return false }
    return Int(count) != 0
  }

  /// Returns the selected descriptor, which the caller owns. Unsets the variables so that child processes do not use
  /// them; call it once, before other threads use the environment.
  static func takeSocket(
    name: String?,
    firstDescriptor: Int32 = Self.firstDescriptor
  ) throws(SocketError) -> Int32 {
    let values = variables.map { getenv($0).map { String(cString: $0) } }
    variables.forEach { unsetenv($0) }
    let passed = try Passed(
      listenPID: values[0],
      listenFDs: values[1],
      listenFDNames: values[2],
      processID: getpid()
    )
    for number in 0..<Int32(passed.count) {
      _ = fcntl(firstDescriptor + number, F_SETFD, FD_CLOEXEC)
    }
    return firstDescriptor + Int32(try passed.index(name: name))
  }

  /// Checks that the descriptor is a listening Unix stream socket, makes it non-blocking and close-on-exec, and returns
  /// its path.
  static func prepare(_ socket: Int32) throws(SocketError) -> String {
    guard try option(SO_DOMAIN, of: socket) == AF_UNIX else {
      throw .activationRefused(reason: "passed a socket of another address family: use ListenStream= with a path")
    }
    guard try option(SO_TYPE, of: socket) == Int32(SOCK_STREAM.rawValue) else {
      throw .activationRefused(reason: "passed a socket that is not a stream: use ListenStream=")
    }
    guard try option(SO_ACCEPTCONN, of: socket) == 1 else {
      throw .activationRefused(reason: "passed a connection, not a listening socket: use Accept=no")
    }
    let flags = try systemCall("fcntl", "the passed socket") { fcntl(socket, F_GETFL) }
    try systemCall("fcntl", "the passed socket") { fcntl(socket, F_SETFL, flags | O_NONBLOCK) }
    try systemCall("fcntl", "the passed socket") { fcntl(socket, F_SETFD, FD_CLOEXEC) }
    return try path(of: socket)
  }

  private static func option(_ option: Int32, of socket: Int32) throws(SocketError) -> Int32 {
    var value: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    guard getsockopt(socket, SOL_SOCKET, option, &value, &size) == 0 else {
      let failure = errno
      guard failure != ENOTSOCK, failure != EBADF else {
        throw .activationRefused(reason: "passed descriptor \(socket), which is not a socket")
      }
      throw .systemCall(name: "getsockopt", subject: "the passed socket", errno: failure)
    }
    return value
  }

  private static func path(of socket: Int32) throws(SocketError) -> String {
    var address = sockaddr_un()
    var size = socklen_t(MemoryLayout<sockaddr_un>.size)
    try systemCall("getsockname", "the passed socket") {
      withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &size) }
      }
    }
    let used = min(Int(size), MemoryLayout<sockaddr_un>.size)
    let bytes = withUnsafeBytes(of: address) { Array($0[..<used].dropFirst(MemoryLayout<sa_family_t>.size)) }
    // An abstract name begins with NUL and is written with "@".
    if bytes.first == 0 { return "@" + String(decoding: bytes.dropFirst(), as: UTF8.self) }
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}
