import Glibc

/// A Unix domain socket address for bind(2), connect(2) and sendto(2).
struct SocketAddress: Sendable {
  /// The capacity of `sun_path` without its terminating NUL.
  static let maximumPathByteCount = MemoryLayout<sockaddr_un>.size - pathOffset - 1
  private static let pathOffset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2

  /// `sun_path`; an abstract name begins with NUL and has no terminator (unix(7)).
  private let path: [UInt8]

  /// Creates the address of a file system path, absolute or relative to the working directory.
  init(path: String) throws(SocketError) {
    let bytes = Array(path.utf8)
    guard !bytes.isEmpty else { throw .pathInvalid(path: path, reason: "is empty: give the path of a socket file") }
    guard !bytes.contains(0) else {
      throw .pathInvalid(path: path, reason: "holds a NUL byte: give the path of a socket file")
    }
    guard bytes.count <= Self.maximumPathByteCount else {
      throw .pathTooLong(path: path, byteCount: bytes.count)
    }
    self.path = bytes + [0]
  }

  /// Creates the address of an abstract name, without its leading NUL; returns nil if it is empty or too long.
  init?(abstractName: some Collection<UInt8>) {
    guard !abstractName.isEmpty, abstractName.count <= Self.maximumPathByteCount else { return nil }
    path = [0] + abstractName
  }

  func withSockAddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address) { $0[Self.pathOffset...].copyBytes(from: path) }
    let length = socklen_t(Self.pathOffset + path.count)
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }

  static func makeSocket(_ type: __socket_type) throws(SocketError) -> OwnedDescriptor {
    let flags = Int32(type.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    return OwnedDescriptor(
      takingOwnershipOf: try systemCall("socket", "the Unix domain") { socket(AF_UNIX, flags, 0) }
    )
  }
}
