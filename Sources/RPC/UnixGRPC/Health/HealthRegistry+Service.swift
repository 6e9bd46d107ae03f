extension HealthRegistry {
  /// The full name of the health service.
  public static let serviceName = "grpc.health.v1.Health"

  /// The definition of `grpc.health.v1.Health`, for registration with a server.
  public var serviceDefinition: ServiceDefinition {
    ServiceDefinition(
      name: Self.serviceName,
      methods: [
        MethodDefinition("Check", .unary { request, _ in try self.check(request) }),
        MethodDefinition(
          "Watch",
          .serverStreaming { request, responses, _ in try await self.watch(request, responses.write) }
        ),
        MethodDefinition("List", .unary { _, _ in HealthListResponse.serialize(self.statuses) }),
      ]
    )
  }

  func check(_ request: [UInt8]) throws(GRPCStatus) -> [UInt8] {
    let service = try HealthCheckRequest.service(serialized: request)
    guard let status = status(ofService: service) else {
      throw GRPCStatus(code: .notFound, message: "no service is registered under the name \(service.debugDescription)")
    }
    return HealthCheckResponse.serialize(status)
  }

  func watch(_ request: [UInt8], _ send: ([UInt8]) async throws -> Void) async throws {
    let service = try HealthCheckRequest.service(serialized: request)
    var last: ServingStatus?
    for await status in updates(ofService: service) where status != last {
      try await send(HealthCheckResponse.serialize(status))
      last = status
    }
    // An open watch would block the drain; clients retry after any status except UNIMPLEMENTED.
    if !Task.isCancelled {
      throw GRPCStatus(code: .unavailable, message: "the server is shutting down: watch again when it is back")
    }
  }
}
