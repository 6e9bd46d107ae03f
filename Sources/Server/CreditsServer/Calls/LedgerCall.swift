import CreditsAPI
import Ledger
import LedgerEngine
import MessageDigest
import ProtobufC
import UnixGRPC
import UnixGRPCProtobuf

/// Converts a call: from a request's fields to an operation, and from the operation's reply to a response.
struct LedgerCall: Sendable {
  let committer: Committer

  /// The key of the trailing metadata that marks a replayed answer to an earlier request with the same idempotency key.
  static let replayedKey = "replayed"

  // MARK: Replies from the committer's thread

  /// Submits a mutation, and replies once it is durable.
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

  /// Submits a question, and replies with the answer.
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

  // MARK: Replies to asynchronous handlers

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

  /// Returns the caller, its idempotency key, and the digest that identifies a repeated request.
  func origin<Asked: Mutation>(
    of request: some ProtobufMessage,
    key: String,
    for mutation: Asked.Type,
    _ context: ServerContext
  ) throws -> Origin {
    let key = try idempotencyKey(key, context)
    // Equal messages encode to equal bytes, which do not include unknown fields.
    let fingerprint = Digest(SHA256.hash(try request.serializedBytes()))
    return Origin(caller: key.caller, key: key.key, method: Asked.method, fingerprint: fingerprint)
  }

  /// Returns a request's key in the scope of its caller.
  func idempotencyKey(_ key: String, _ context: ServerContext) throws -> IdempotencyKey {
    guard let caller = context.caller else {
      throw GRPCStatus(code: .internal, message: "the server does not know its callers: it has no authorizer")
    }
    return IdempotencyKey(caller: caller, key: try RequestFields.key(key))
  }
}
