import Foundation
import Logging
import Synchronization
import Testing

@testable import UnixGRPC

/// Runs `body` with a server of `test.Echo` on a temporary socket.
func withServer(
  _ methods: [MethodDefinition],
  configure: (inout GRPCServer.Configuration) -> Void = { _ in },
  _ body: (String, GRPCServer) async throws -> Void
) async throws {
  try await withServer(
    services: [ServiceDefinition(name: "test.Echo", methods: methods)],
    configure: configure,
    body
  )
}

/// Runs `body` with a server on a temporary socket.
func withServer(
  services: [ServiceDefinition],
  configure: (inout GRPCServer.Configuration) -> Void = { _ in },
  _ body: (String, GRPCServer) async throws -> Void
) async throws {
  let directory = FileManager.default.temporaryDirectory.appendingPathComponent("g\(UInt32.random(in: 0 ... .max))")
  defer { try? FileManager.default.removeItem(at: directory) }
  let path = directory.appendingPathComponent("s").path
  var configuration = GRPCServer.Configuration(socketPath: path)
  configure(&configuration)
  var logger = Logger(label: "test")
  logger.logLevel = .critical
  let server = GRPCServer(services: services, configuration: configuration, logger: logger)
  let (listening, listens) = AsyncStream<Void>.makeStream()
  async let running: Void = {
    defer { listens.finish() }
    try await server.run { listens.yield() }
  }()
  for await _ in listening { break }
  do {
    try await body(path, server)
    server.beginGracefulShutdown()
  } catch {
    server.beginGracefulShutdown()
    try await running
    throw error
  }
  try await running
}

extension MethodName {
  static func echo(_ method: String) -> MethodName { MethodName(service: "test.Echo", method: method) }
}
