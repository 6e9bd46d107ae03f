/// Finds the handler of a request path by its bytes, without making a `String` of it.
struct Router: Sendable {
  /// A class, so that a call holds one reference to it instead of copies of what it has.
  final class Route: Sendable {
    let method: MethodName
    let handler: MethodHandler
    fileprivate let path: [UInt8]

    fileprivate init(method: MethodName, handler: MethodHandler) {
      self.method = method
      self.handler = handler
      path = Array(method.path.utf8)
    }
  }

  private var buckets: [[Route]]

  /// - Precondition: No two services have the same name, no two methods of one either.
  init(_ services: [ServiceDefinition]) {
    let routes = services.flatMap { service in
      service.methods.map { method in
        let name = MethodName(service: service.name, method: method.name)
        return Route(method: name, handler: method.handler)
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

  /// FNV-1a: short, and paths are not an attacker's choice once only known ones are stored.
  private static func hash(_ bytes: Span<UInt8>) -> Int {
    var hash: UInt32 = 2_166_136_261
    for index in bytes.indices { hash = (hash ^ UInt32(bytes[index])) &* 16_777_619 }
    return Int(hash)
  }
}
