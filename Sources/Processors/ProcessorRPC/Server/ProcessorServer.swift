package import Logging
package import PaymentProcessing
import ProcessorAPI
package import UnixGRPC

/// A server that offers a `PaymentProcessor` on a Unix socket to one user, with health and reflection services.
package final class ProcessorServer: Sendable {
  private let server: GRPCServer
  private let health = HealthRegistry()
  private let serviceName: String

  /// - Parameters:
  /// - callerUserID: The user that `creditsd` runs as. All other users are denied.
  /// - moreServices: Further services of `credits.processor.v1` for the same user.
  package init(
    _ processor: any PaymentProcessor,
    socket: SocketSource,
    callerUserID: UInt32,
    moreServices: [ServiceDefinition] = [],
    logger: Logger
  ) throws {
    let service = ProcessorHandlers(processor: processor).serviceDefinition
    serviceName = service.name
    health.setStatus(.serving)
    health.setStatus(.serving, forService: serviceName)
    let services = [service, health.serviceDefinition] + moreServices
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

  /// Listens, calls `whenListening`, and serves until shutdown is requested or the task is cancelled, then waits for open
  /// calls. Runs once.
  ///
  /// - Throws: `SocketError` if the server cannot listen on the socket.
  package func run(whenListening: @Sendable () -> Void = {}) async throws {
    try await server.run(whenListening: whenListening)
  }

  /// Says by the health service whether the processor can work. Calls are answered in any case.
  package func setServing(_ isServing: Bool) {
    let status = isServing ? HealthRegistry.ServingStatus.serving : .notServing
    health.setStatus(status)
    health.setStatus(status, forService: serviceName)
  }

  /// Refuses new calls, and lets `run` return once the open calls have ended.
  package func beginGracefulShutdown() {
    health.beginShutdown()
    server.beginGracefulShutdown()
  }
}

/// Authorizes one user for all methods.
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
