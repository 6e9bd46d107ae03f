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
  }

  /// The status of a call to a path that no handler answers.
  func unimplemented(path: [UInt8]) -> GRPCStatus {
    let parts = String(decoding: path, as: UTF8.self).split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].isEmpty else {
      return GRPCStatus(code: .unimplemented, message: "the path is not of the form /service/method")
    }
    let message =
      serviceNames.contains(String(parts[1]))
      ? "service \(parts[1]) has no method \(parts[2])" : "unknown service \(parts[1])"
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
