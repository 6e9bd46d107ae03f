import Foundation

@testable import UnixGRPC

/// A socket created with plain system calls, as by a program that does not use the lock.
final class RawUnixSocket: Sendable {
  let descriptor: Int32

  init(_ type: __socket_type = SOCK_STREAM, boundTo path: String? = nil, backlog: Int32? = nil) throws {
    descriptor = socket(AF_UNIX, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
    if let path {
      try check(try SocketAddress(path: path).withSockAddr { bind(descriptor, $0, $1) })
    }
    if let backlog { try check(listen(descriptor, backlog)) }
  }

  deinit { close(descriptor) }

  /// Returns 0, or the error number of connect(2).
  func connect(to path: String) throws -> Int32 {
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    return try SocketAddress(path: path).withSockAddr { Glibc.connect(descriptor, $0, $1) } == 0 ? 0 : errno
  }

  func receive() -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
    return count < 0 ? "error \(errno)" : String(decoding: buffer[..<count], as: UTF8.self)
  }

  private func check(_ result: Int32) throws {
    if result != 0 { throw POSIXError(POSIXError.Code(rawValue: errno) ?? .EIO) }
  }
}

/// The status of the path itself, without following symbolic links; nil if it does not exist.
func fileStatus(_ path: String) -> stat? {
  var status = stat()
  return lstat(path, &status) == 0 ? status : nil
}
