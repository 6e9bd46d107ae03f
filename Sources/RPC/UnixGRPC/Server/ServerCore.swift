import Logging

/// What all connections of a server share: read-only after start.
final class ServerCore: Sendable {
  let configuration: GRPCServer.Configuration
  let router: Router
  let logger: Logger
  private let serviceNames: Set<String>

  init(services: [ServiceDefinition], configuration: GRPCServer.Configuration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
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

  /// The status of a call to a path that no handler answers.
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

/// One finished call, for access logs and metrics. Never its messages.
public struct CallSummary: Sendable {
  /// The path that was called, `/service/method`, as the caller sent it.
  public let path: String
  /// Who called.
  public let peer: PeerCredentials
  /// How it ended.
  public let code: GRPCStatus.Code
  /// From the first header to the end of the stream.
  public let duration: Duration
}
