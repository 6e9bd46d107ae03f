import EchoMessages
import Logging
import MeasuringWindow
import UnixGRPC

/// How a request is answered.
private enum Answering: String {
  /// An async handler that does not suspend.
  case atOnce = "at-once"
  /// An async handler that suspends until another thread answers.
  case suspending
  /// A handler that returns at once and passes its reply to the other thread.
  case deferred

  func service() -> ServiceDefinition {
    switch self {
    case .atOnce: AtOnceEcho().serviceDefinition
    case .suspending: SuspendingEcho(answerer: AnsweringThread()).serviceDefinition
    case .deferred: DeferredEcho(answerer: AnsweringThread()).serviceDefinition
    }
  }
}

@main
enum EchoServer {
  /// Usage: echo-server SOCKET at-once|suspending|deferred
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let answering = Answering(rawValue: arguments[2]) else {
      fatalError("usage: \(arguments[0]) SOCKET at-once|suspending|deferred")
    }
    let server = GRPCServer(
      services: [answering.service()],
      configuration: .init(socketPath: arguments[1]),
      logger: Logger(label: "echo-server")
    )
    try await server.run { say("ready") }
  }
}
