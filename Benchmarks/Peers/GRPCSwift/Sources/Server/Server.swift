import EchoMessages
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import MeasuringWindow

@main
enum Server {
  /// Usage: grpc-swift-server SOCKET coalescing|direct
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let flushing = Flushing(rawValue: arguments[2]) else {
      fatalError("usage: \(arguments[0]) SOCKET coalescing|direct")
    }
    let transport = HTTP2ServerTransport.Posix(
      address: .unixDomainSocket(path: arguments[1]),
      transportSecurity: .plaintext,
      config: .defaults { config in
        if flushing == .direct { config.connection.flushCoalescing = nil }
      }
    )
    let server = GRPCServer(transport: transport, services: [EchoService()])
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { try await server.serve() }
      _ = try await transport.listeningAddress
      say("ready")
    }
  }
}
