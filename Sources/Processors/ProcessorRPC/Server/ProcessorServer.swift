package import Logging
package import PaymentProcessing
import ProcessorAPI
import Synchronization
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
    let accounts = AccountComparison(processor, logger: logger)
    let service = ProcessorHandlers(processor: processor, accounts: accounts).serviceDefinition
    serviceName = service.name
    health.setStatus(.serving)
    health.setStatus(.serving, forService: serviceName)
    let services = [service, health.serviceDefinition] + moreServices
    let reflection = try ReflectionService(
      services: services,
      descriptorSets: [ProcessorDescriptors.serializedFileDescriptorSet]
    )
    var configuration = GRPCServer.Configuration(socket: socket)
    configuration.authorizer = OneUser(userID: callerUserID, logger: logger)
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

/// Authorizes one user for all methods. Says once of each other user that it was refused.
private final class OneUser: CallAuthorizer {
  /// Users whose refusal is remembered, so that many cannot fill the log or the memory.
  private static let mostReported = 64

  private let userID: UInt32
  private let logger: Logger
  private let reported = Mutex<Set<UInt32>>([])

  init(userID: UInt32, logger: Logger) {
    self.userID = userID
    self.logger = logger
  }

  func covers(_ method: MethodName) -> Bool { true }

  func authorize(_ method: MethodName, _ peer: PeerCredentials) throws(GRPCStatus) -> String {
    guard peer.userID == userID else {
      report(peer)
      throw GRPCStatus(
        code: .permissionDenied,
        message: "this processor serves user \(userID), and user \(peer.userID) calls: start it with "
          + "--caller \(peer.userID)"
      )
    }
    return "uid-\(userID)"
  }

  private func report(_ peer: PeerCredentials) {
    let isNew = reported.withLock { $0.count < Self.mostReported && $0.insert(peer.userID).inserted }
    guard isNew else { return }
    logger.warning(
      "refused a caller: start this with --caller if creditsd runs as that user",
      metadata: ["user_id": "\(peer.userID)", "pid": "\(peer.processID)", "serves": "\(userID)"]
    )
  }
}
