import TestMessages
import UnixGRPC
import UnixGRPCProtobuf

/// An echo service with async handlers.
struct Echo: EchoService {
  func say(_ request: EchoRequest, context: ServerContext) async throws -> EchoResponse {
    if request.text == "fail" { throw GRPCStatus(code: .aborted, message: "as asked") }
    if request.text == "unsendable" { return EchoResponse(text: "\0") }
    context.addInitialMetadata("heard", "yes")
    context.addTrailingMetadata("letters", String(request.text.count))
    return EchoResponse(text: request.text)
  }

  func collect(_ requests: TypedRequests<EchoRequest>, context: ServerContext) async throws -> EchoResponse {
    var text = ""
    for try await request in requests { text += request.text }
    return EchoResponse(text: text)
  }

  func spell(
    _ request: EchoRequest,
    responses: TypedResponses<EchoResponse>,
    context: ServerContext
  ) async throws {
    for letter in request.text { try await responses.write(EchoResponse(text: String(letter))) }
    if request.text == "broken" { throw GRPCStatus(code: .dataLoss, message: "no more") }
  }

  func chat(
    _ requests: TypedRequests<EchoRequest>,
    responses: TypedResponses<EchoResponse>,
    context: ServerContext
  ) async throws {
    for try await request in requests { try await responses.write(EchoResponse(text: request.text)) }
  }

  func `return`(_ request: EchoRequest, context: ServerContext) async throws -> EchoResponse {
    EchoResponse(text: "returned \(request.text)")
  }
}

/// An echo service that replies later, from another thread.
struct DeferredEcho: DeferredEchoService {
  private let streams = Echo()

  func say(_ request: EchoRequest, context: ServerContext, reply: TypedReply<EchoResponse>) {
    context.addTrailingMetadata("letters", String(request.text.count))
    Task.detached {
      switch request.text {
      case "fail": reply.fail(GRPCStatus(code: .aborted, message: "as asked"))
      case "unsendable": reply.succeed(EchoResponse(text: "\0"))
      default: reply.succeed(EchoResponse(text: request.text))
      }
    }
  }

  func `return`(_ request: EchoRequest, context: ServerContext, reply: TypedReply<EchoResponse>) {
    reply.succeed(EchoResponse(text: "returned \(request.text)"))
  }

  func collect(_ requests: TypedRequests<EchoRequest>, context: ServerContext) async throws -> EchoResponse {
    try await streams.collect(requests, context: context)
  }

  func spell(
    _ request: EchoRequest,
    responses: TypedResponses<EchoResponse>,
    context: ServerContext
  ) async throws {
    try await streams.spell(request, responses: responses, context: context)
  }

  func chat(
    _ requests: TypedRequests<EchoRequest>,
    responses: TypedResponses<EchoResponse>,
    context: ServerContext
  ) async throws {
    try await streams.chat(requests, responses: responses, context: context)
  }
}
