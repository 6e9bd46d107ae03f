package import Logging
package import PaymentProcessing
import ProcessorAPI
package import UnixGRPC

/// Serves a `PaymentProcessor` on a Unix socket, to one user, with health and reflection.
package final class ProcessorServer: Sendable {
  private let server: GRPCServer
  private let health = HealthRegistry()

  /// - Parameter callerUserID: The user that `creditsd` runs as: nobody else is answered.
  package init(
    _ processor: any PaymentProcessor,
    socket: SocketSource,
    callerUserID: UInt32,
    logger: Logger
  ) throws {
    let service = ProcessorHandlers(processor: processor).serviceDefinition
    health.setStatus(.serving)
    health.setStatus(.serving, forService: service.name)
    let services = [service, health.serviceDefinition]
    let reflection = try ReflectionService(
      services: services,
      descriptorSets: [ProcessorDescriptors.serializedFileDescriptorSet]
    )
    var configuration = GRPCServer.Configuration(socket: socket)
    configuration.authorizer = OneUser(userID: callerUserID)
    server = GRPCServer(
      services: services + reflection.serviceDefinitions,
      configuration: configuration,
      logger: logger
    )
  }

  /// Listens, calls `whenListening`, and serves until shutdown is asked for or the task is cancelled; then lets the open
  /// calls end.
  ///
  /// - Throws: `SocketError` when the socket cannot be had. Runs once.
  package func run(whenListening: @Sendable () -> Void = {}) async throws {
    try await server.run(whenListening: whenListening)
  }

  /// Takes no more calls and lets `run` return when the open ones have ended.
  package func beginGracefulShutdown() {
    health.beginShutdown()
    server.beginGracefulShutdown()
  }
}

/// Lets one user call everything.
private struct OneUser: CallAuthorizer {
  let userID: UInt32

  func covers(_ method: MethodName) -> Bool { true }

  func authorize(_ method: MethodName, _ peer: PeerCredentials) throws(GRPCStatus) -> String {
    guard peer.userID == userID else {
      throw GRPCStatus(code: .permissionDenied, message: "user \(peer.userID) is not whom this processor serves")
    }
    return "uid-\(userID)"
  }
}
