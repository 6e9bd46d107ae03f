/// Looks up handlers by the bytes of the request path, without allocating a `String`.
struct Router: Sendable {
  /// A class, so that a call retains one reference instead of copying the fields.
  final class Route: Sendable {
    let method: MethodName
    let handler: MethodHandler
    let errorStatus: (@Sendable (any Error) -> GRPCStatus?)?
    fileprivate let path: [UInt8]

    fileprivate init(
      method: MethodName,
      handler: MethodHandler,
      errorStatus: (@Sendable (any Error) -> GRPCStatus?)?
    ) {
      self.method = method
      self.handler = handler
      self.errorStatus = errorStatus
      path = Array(method.path.utf8)
    }
  }

  private var buckets: [[Route]]

  /// - Precondition: Method names are unique.
  init(_ services: [ServiceDefinition]) {
    let routes = services.flatMap { service in
      service.methods.map { method in
        let name = MethodName(service: service.name, method: method.name)
        return Route(method: name, handler: method.handler, errorStatus: service.errorStatus)
      }
    }
    var count = 16
    while count < 4 * routes.count { count *= 2 }
    buckets = Array(repeating: [], count: count)
    for route in routes {
      let path = route.path
      let bucket = Self.hash(path.span) & (count - 1)
      precondition(!buckets[bucket].contains { $0.path == route.path }, "\(route.method) is served twice")
      buckets[bucket].append(route)
    }
  }

  func route(path: Span<UInt8>) -> Route? {
    let bucket = buckets[Self.hash(path) & (buckets.count - 1)]
    return bucket.first { route in
      guard route.path.count == path.count else { return false }
      for index in path.indices where route.path[index] != path[index] { return false }
      return true
    }
  }

  /// FNV-1a: simple, and safe from collision attacks because only known paths are stored.
  private static func hash(_ bytes: Span<UInt8>) -> Int {
    var hash: UInt32 = 2_166_136_261
    for index in bytes.indices { hash = (hash ^ UInt32(bytes[index])) &* 16_777_619 }
    return Int(hash)
  }
}
