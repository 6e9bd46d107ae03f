/// Where a client finds its server.
enum SocketTarget: Sendable, CustomStringConvertible {
  case path(String)
  /// In the abstract namespace (unix(7)), without the leading NUL.
  case abstract(String)

  func address() throws(SocketError) -> SocketAddress {
    switch self {
    case .path(let path): return try SocketAddress(path: path)
    case .abstract(let name):
      guard let address = SocketAddress(abstractName: Array(name.utf8)) else {
        throw .pathTooLong(path: description, byteCount: name.utf8.count)
      }
      return address
    }
  }

  /// For messages; an abstract name as `ss` and systemd write it.
  var description: String {
    switch self {
    case .path(let path): path
    case .abstract(let name): "@" + name
    }
  }
}
