/// A Unix socket as gRPC names it (grpc.io, "gRPC Name Resolution").
package enum SocketName: Hashable, Sendable {
  /// A file, absolute or relative to the working directory.
  case path(String)
  /// A name in the abstract namespace (unix(7)), without its leading NUL.
  case abstract(String)

  /// Reads `unix:PATH`, `unix:///ABSOLUTE/PATH`, `unix-abstract:NAME`, `@NAME`, or a path by itself. Nil for
  /// `unix://HOST/PATH` and for nothing. A file whose name looks like one of these is `./@NAME`.
  package init?(_ text: String) {
    if let name = text.after("unix-abstract:") ?? text.after("@") {
      self = .abstract(name)
    } else if let rest = text.after("unix://") {
      // An authority would stand before the first slash, and Unix sockets have none.
      guard rest.hasPrefix("/") else { return nil }
      self = .path(rest)
    } else {
      self = .path(text.after("unix:") ?? text)
    }
    switch self {
    case .path(let name), .abstract(let name): if name.isEmpty { return nil }
    }
  }
}

extension SocketName: CustomStringConvertible {
  /// The path, or the abstract name as `ss` and systemd write it.
  package var description: String {
    switch self {
    case .path(let path): path
    case .abstract(let name): "@" + name
    }
  }
}

extension String {
  fileprivate func after(_ prefix: String) -> String? { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil }
}
