import CreditsAPI
import Ledger
import LedgerEngine
import MessageDigest
import ProtobufC
import UnixGRPC
import UnixGRPCProtobuf

/// The way of a call to the ledger and back: from a request's fields to an operation, from its reply to a response.
struct LedgerCall: Sendable {
  let committer: Committer

  /// The trailing metadata of a reply that an earlier request with the same key had.
  static let replayedKey = "replayed"

  // MARK: Replies from the committer's thread, without a task in between

  /// Asks for a mutation, and replies once it is durable.
  func answer<Asked: Mutation, Response>(
    _ reply: TypedReply<Response>,
    _ context: ServerContext,
    to request: some ProtobufMessage,
    key: String,
    with mutation: () throws -> Asked,
    response: @escaping @Sendable (Asked.Reply) -> Response
  ) {
    submit(reply, context, response: response) {
      let origin = try origin(of: request, key: key, for: Asked.self, context)
      return Request(try mutation(), from: origin)
    }
  }

  /// Asks a question, and replies with the answer.
  func answer<Asked: Question, Response>(
    _ reply: TypedReply<Response>,
    _ context: ServerContext,
    with question: () throws -> Asked,
    response: @escaping @Sendable (Asked.Reply) -> Response
  ) {
    submit(reply, context, response: response, operation: question)
  }

  private func submit<Asked: Operation, Response>(
    _ reply: TypedReply<Response>,
    _ context: ServerContext,
    response: @escaping @Sendable (Asked.Reply) -> Response,
    operation: () throws -> Asked
  ) {
    do {
      committer.submit(try operation(), deadline: context.deadline) { result in
        do {
          reply.succeed(response(try Self.reply(of: try result.get(), context)))
        } catch {
          reply.fail(error)
        }
      }
    } catch {
      reply.fail(error)
    }
  }

  // MARK: Replies to handlers that have more to wait for

  func reply<Asked: Mutation>(to request: Request<Asked>, _ context: ServerContext) async throws -> Asked.Reply {
    try Self.reply(of: try await committer.submit(request, deadline: context.deadline), context)
  }

  func reply<Asked: Question>(to question: Asked, _ context: ServerContext) async throws -> Asked.Reply {
    try Self.reply(of: try await committer.submit(question, deadline: context.deadline), context)
  }

  static func reply<Reply>(of outcome: Outcome<Reply>, _ context: ServerContext) throws(Refusal) -> Reply {
    if outcome.isReplay { context.addTrailingMetadata(replayedKey, "true") }
    return try outcome.result.get()
  }

  // MARK: Callers

  /// Who asks, under which key, and the digest by which the same request is known again.
  func origin<Asked: Mutation>(
    of request: some ProtobufMessage,
    key: String,
    for mutation: Asked.Type,
    _ context: ServerContext
  ) throws -> Origin {
    guard let caller = context.caller else {
      throw GRPCStatus(code: .internal, message: "the server does not know its callers: it has no authorizer")
    }
    // Equal messages encode to equal bytes, and fields that we do not know are gone from them.
    let fingerprint = Digest(SHA256.hash(try request.serializedBytes()))
    return Origin(caller: caller, key: try RequestFields.key(key), method: Asked.method, fingerprint: fingerprint)
  }
}
