import EchoMessages
import GRPCCore
import GRPCProtobuf

/// Answers each message with itself; registered as grpc-swift's generated services are.
struct EchoService: RegistrableRPCService {
  func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
    router.registerHandler(
      forMethod: .echo,
      deserializer: ProtobufDeserializer<Benchmarks_Echo_V1_EchoMessage>(),
      serializer: ProtobufSerializer<Benchmarks_Echo_V1_EchoMessage>()
    ) { request, _ in
      let message = try await ServerRequest(stream: request).message
      return StreamingServerResponse(single: ServerResponse(message: message))
    }
  }
}
