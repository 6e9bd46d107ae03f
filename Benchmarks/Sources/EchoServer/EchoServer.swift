import EchoMessages
import Logging
import MeasuringWindow
import UnixGRPC

/// How a request is answered.
private enum Answering: String {
  /// By an async handler that does not suspend.
  case atOnce = "at-once"
  /// By an async handler that suspends until another thread has the answer.
  case suspending
  /// By that other thread, through the reply that the handler has left with it.
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
