import CreditsAPI
import CreditsClient
import Foundation
import Logging
import UnixGRPC
import UnixGRPCProtobuf

/// A server on its own socket whose `GetWallet` always ends with the given status.
enum FailingServer {
  static func withClient<Result: Sendable>(
    failing status: GRPCStatus,
    _ body: @Sendable (CreditsClient) async throws -> Result
  ) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("c\(UInt32.random(in: 0 ... .max))")
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("s").path
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let service = ServiceDefinition(
      name: WalletServiceMethods.serviceName,
      methods: [.unary(WalletServiceMethods.getWallet) { _, _ in throw status }]
    )
    let server = GRPCServer(services: [service], configuration: .init(socketPath: path), logger: logger)
    async let running: Void = server.run()
    let credits = try await CreditsClient.connect(socketPath: path, waitsForServer: true)
    let result: Result
    do {
      result = try await body(credits)
    } catch {
      server.beginGracefulShutdown()
      throw error
    }
    await credits.close()
    server.beginGracefulShutdown()
    try await running
    return result
  }
}
