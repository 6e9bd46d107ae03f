import EchoMessages
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCProtobuf
import MeasuringWindow

@main
enum Client {
  /// Usage: grpc-swift-client SOCKET IN_FLIGHT WARMUP_SECONDS MEASURE_SECONDS coalescing|direct
  static func main() async throws {
    guard let arguments = ClientArguments(CommandLine.arguments), arguments.options.count == 1,
      let flushing = Flushing(rawValue: arguments.options[0])
    else {
      fatalError("usage: \(CommandLine.arguments[0]) SOCKET IN_FLIGHT WARMUP MEASURE coalescing|direct")
    }
    let transport = try HTTP2ClientTransport.Posix(
      target: .unixDomainSocket(path: arguments.socket, authority: "localhost"),
      transportSecurity: .plaintext,
      config: .defaults { config in
        if flushing == .direct { config.connection.flushCoalescing = nil }
      }
    )
    let payload = Data(repeating: UInt8(ascii: "x"), count: 62)
    try await withGRPCClient(transport: transport) { client in
      try await MeasuringWindow.run(arguments) {
        let reply = try await client.unary(
          request: ClientRequest(message: Benchmarks_Echo_V1_EchoMessage.with { $0.payload = payload }),
          descriptor: .echo,
          serializer: ProtobufSerializer<Benchmarks_Echo_V1_EchoMessage>(),
          deserializer: ProtobufDeserializer<Benchmarks_Echo_V1_EchoMessage>(),
          options: .defaults
        ) { response in try response.message }
        precondition(reply.payload.count == payload.count)
      }
    }
  }
}
