import EchoMessages
import MeasuringWindow
import UnixGRPC

/// The executor of the calling tasks.
private enum CallerExecutor: String {
  /// Swift's cooperative pool.
  case pool
  /// The thread of the client's connection.
  case eventLoop = "event-loop"
}

@main
enum EchoClient {
  /// Usage: echo-client SOCKET IN_FLIGHT[@RATE] WARMUP_SECONDS MEASURE_SECONDS pool|event-loop
  static func main() async throws {
    guard let arguments = ClientArguments(CommandLine.arguments), arguments.options.count == 1,
      let executor = CallerExecutor(rawValue: arguments.options[0])
    else {
      fatalError("usage: \(CommandLine.arguments[0]) SOCKET IN_FLIGHT WARMUP MEASURE pool|event-loop")
    }
    let client = GRPCClient(socketPath: arguments.socket)
    let echo = EchoServiceClient(client: client)
    let payload = [UInt8](repeating: UInt8(ascii: "x"), count: 62)
    try await MeasuringWindow.run(arguments, executorPreference: executor == .eventLoop ? client.executor : nil) {
      let reply = try await echo.echo(EchoMessage(payload: payload))
      precondition(reply.payload.count == payload.count, "the reply is not what was sent")
    }
    await client.close()
  }
}
