import Foundation
import Logging
import UnixGRPC

/// Serves the interoperability service, health and reflection on a temporary socket during `body`.
func withInteropServer(
  health: HealthRegistry = HealthRegistry(),
  descriptorSets: [[UInt8]] = [],
  _ body: (_ socketPath: String) async throws -> Void
) async throws {
  try await withTemporaryDirectory { directory in
    let path = "\(directory)/s"
    var services = [InteropService().definition, health.serviceDefinition]
    services += try ReflectionService(services: services, descriptorSets: descriptorSets).serviceDefinitions
    var logger = Logger(label: "interop")
    logger.logLevel = .critical
    let server = GRPCServer(services: services, configuration: .init(socketPath: path), logger: logger)
    let (listening, listens) = AsyncStream<Void>.makeStream()
    async let running: Void = {
      defer { listens.finish() }
      try await server.run { listens.yield() }
    }()
    for await _ in listening { break }
    do { try await body(path) } catch {
      server.beginGracefulShutdown()
      try await running
      throw error
    }
    server.beginGracefulShutdown()
    try await running
  }
}

/// Creates a directory with a path short enough for sockets, and removes it after `body`.
func withTemporaryDirectory(_ body: (String) async throws -> Void) async throws {
  let directory = FileManager.default.temporaryDirectory.appending(path: "i\(UInt32.random(in: 0 ... .max))")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  try await body(directory.path)
}

/// Runs the recording proxy between a client and the server on `upstream`. Returns the recorded lines.
func recording(
  upstream: String,
  in directory: String,
  _ body: (_ socketPath: String) async throws -> Void
) async throws -> [String] {
  let path = "\(directory)/p"
  let proxy = try ChildProcess(PythonPeers.python ?? "", [PythonPeers.script("proxy"), path, upstream])
  try await proxy.ready()
  try await body(path)
  return try await proxy.finish().text.split(separator: "\n").map(String.init)
}
