import Foundation

/// Listens under a name in the abstract namespace and passes each connection on to a socket with a path. Ends with this
/// object.
final class AbstractRelay: Sendable {
  private let descriptor: Int32

  init(name: String, to path: String) throws {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    self.descriptor = descriptor
    let isBound = Self.withAddress([0] + Array(name.utf8)) { bind(descriptor, $0, $1) == 0 }
    guard isBound, listen(descriptor, 16) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    Thread.detachNewThread {
      while true {
        let caller = accept(descriptor, nil, nil)
        if caller < 0 { return }
        let server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        _ = Self.withAddress(Array(path.utf8) + [0]) { connect(server, $0, $1) }
        Thread.detachNewThread { Self.pass(from: caller, to: server) }
        Thread.detachNewThread { Self.pass(from: server, to: caller) }
      }
    }
  }

  deinit {
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }

  /// Until one end is gone; the connection's descriptors stay for the other direction, and end with the tests.
  private static func pass(from source: Int32, to target: Int32) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(source, &buffer, buffer.count, 0)
      if count <= 0 { break }
      if send(target, buffer, count, Int32(MSG_NOSIGNAL)) != count { break }
    }
    shutdown(source, Int32(SHUT_RDWR))
    shutdown(target, Int32(SHUT_RDWR))
  }

  private static func withAddress<Result>(
    _ name: [UInt8],
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }
}
