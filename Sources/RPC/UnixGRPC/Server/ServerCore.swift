import Logging

/// Immutable state shared by all connections of a server.
final class ServerCore: Sendable {
  let configuration: GRPCServer.Configuration
  let router: Router
  let logger: Logger
  let log: ServerLog
  let admissionLog: AdmissionLog
  let accounts = UserAccounts()
  private let serviceNames: Set<String>

  init(services: [ServiceDefinition], configuration: GRPCServer.Configuration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
    log = ServerLog(logger)
    admissionLog = AdmissionLog(logger)
    router = Router(services)
    serviceNames = Set(services.map(\.name))
    guard let authorizer = configuration.authorizer else { return }
    for service in services {
      for method in service.methods {
        let name = MethodName(service: service.name, method: method.name)
        precondition(authorizer.covers(name), "\(name) cannot be served: the authorizer has no rule for it")
      }
    }
  }

  /// Whether `peer` may call anything.
  func knows(_ peer: PeerCredentials) -> Bool { configuration.authorizer?.knows(peer) ?? true }

  /// The status for a path without a handler.
  func unimplemented(path: [UInt8]) -> GRPCStatus {
    guard let name = MethodName(path: String(decoding: path, as: UTF8.self)) else {
      return GRPCStatus(code: .unimplemented, message: "the path is not of the form /service/method")
    }
    let message =
      serviceNames.contains(name.service)
      ? "service \(name.service) has no method \(name.method)" : "unknown service \(name.service)"
    return GRPCStatus(code: .unimplemented, message: message)
  }
}

/// A finished call, for access logs and metrics. Contains no message data.
public struct CallSummary: Sendable {
  /// The request path, `/service/method`. What cannot be printed of a path without a method is percent-encoded, and a long
  /// one is cut.
  public let path: String
  /// The calling process.
  public let peer: PeerCredentials
  /// The final status code.
  public let code: GRPCStatus.Code
  /// Whether a handler was started: false for a call that was refused.
  public let isHandled: Bool
  /// Time from the first header to the end of the stream.
  public let duration: Duration
}
