import EchoMessages
import UnixGRPC
import UnixGRPCProtobuf

struct AtOnceEcho: EchoService {
  func echo(_ request: EchoMessage, context: ServerContext) async throws -> EchoMessage {
    request
  }
}

struct SuspendingEcho: EchoService {
  let answerer: AnsweringThread

  func echo(_ request: EchoMessage, context: ServerContext) async throws -> EchoMessage {
    await withCheckedContinuation { continuation in
      answerer.submit { continuation.resume(returning: request) }
    }
  }
}

struct DeferredEcho: DeferredEchoService {
  let answerer: AnsweringThread

  func echo(_ request: EchoMessage, context: ServerContext, reply: TypedReply<EchoMessage>) {
    answerer.submit { reply.succeed(request) }
  }
}
