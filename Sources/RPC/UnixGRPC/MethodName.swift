/// The full name of an RPC: service and method, as in the HTTP/2 `:path` `/service/method`.
public struct MethodName: Hashable, Sendable, CustomStringConvertible {
  /// The fully qualified service, for example `credits.v1.WalletService`.
  public let service: String
  /// The method within the service, for example `Charge`.
  public let method: String

  public init(service: String, method: String) {
    self.service = service
    self.method = method
  }

  /// Parses a path of the form `/service/method`; returns `nil` for any other.
  init?(path: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].isEmpty else { return nil }
    self.init(service: String(parts[1]), method: String(parts[2]))
  }

  /// The HTTP/2 `:path` pseudo-header of a call to this method.
  public var path: String { "/\(service)/\(method)" }

  public var description: String { "\(service)/\(method)" }
}
