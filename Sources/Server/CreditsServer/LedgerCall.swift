import CreditsAPI
import Ledger
import LedgerEngine
import MessageDigest
import PaymentProcessing
import ProtobufC
import UnixGRPC
import UnixGRPCProtobuf

/// What every handler needs: who calls, and the way to the committer and back.
struct LedgerCall: Sendable {
  let committer: Committer
  let authorization: Authorization

  init(committer: Committer, authorization: Authorization) {
    self.committer = committer
    self.authorization = authorization
  }

  /// The trailing metadata of an answer that an earlier request with the same key had.
  static let replayedKey = "replayed"

  /// Of an answer that no rule gives to that question.
  static let misanswered = GRPCStatus(code: .internal, message: "the ledger answered another question")

  /// Who asks, under which key, and the digest by which the same request is known again.
  func origin(
    of request: some ProtobufMessage,
    key: String,
    method: Method,
    context: ServerContext
  ) throws -> Origin {
    let caller = try authorization.callerName(of: context.peer, calling: context.method)
    // Equal messages encode to equal bytes, and fields that we do not know are gone from them.
    let fingerprint = Digest(SHA256.hash(try request.serializedBytes()))
    return Origin(caller: caller, key: try RequestFields.key(key), method: method, fingerprint: fingerprint)
  }

  func authorize(_ context: ServerContext) throws(GRPCStatus) {
    _ = try authorization.callerName(of: context.peer, calling: context.method)
  }

  /// Sends the command and replies from the committer's thread, without a task in between.
  func answer<Response>(
    _ reply: TypedReply<Response>,
    _ context: ServerContext,
    command: () throws -> Command,
    response: @escaping @Sendable (Reply) -> Response?
  ) {
    do {
      committer.submit(try command(), deadline: context.deadline) { result in
        do {
          reply.succeed(try Self.response(to: result, context, response))
        } catch {
          reply.fail(error)
        }
      }
    } catch {
      reply.fail(Self.status(of: error))
    }
  }

  /// The same for handlers that have more to wait for.
  func reply(to command: Command, _ context: ServerContext) async throws -> Reply {
    let result: Result<Outcome, LedgerError>
    do throws(LedgerError) {
      result = .success(try await committer.submit(command, deadline: context.deadline))
    } catch {
      result = .failure(error)
    }
    return try Self.response(to: result, context) { $0 }
  }

  /// For questions to the processor about what is with it already: whatever keeps it from answering may pass, and the
  /// request is not to blame.
  static func asking<Answer>(_ question: () async throws -> Answer) async throws -> Answer {
    do {
      return try await question()
    } catch let error as ProcessorError {
      throw ProcessorError.outcomeUnknown(error.description)
    }
  }

  /// Refusals and statuses as statuses; anything else is for UnixGRPC to hide.
  static func status(of error: any Error) -> any Error {
    switch error {
    case let refusal as Refusal: GRPCStatus(refusal)
    case let error as LedgerError: GRPCStatus(error)
    case let error as ScanError: GRPCStatus(error)
    case let error as BackupFailure: GRPCStatus(ScanError.backupFailed(error.reason))
    case let error as ProcessorError: GRPCStatus(error)
    default: error
    }
  }

  private static func response<Response>(
    to result: Result<Outcome, LedgerError>,
    _ context: ServerContext,
    _ response: (Reply) -> Response?
  ) throws(GRPCStatus) -> Response {
    switch result {
    case .failure(let error): throw GRPCStatus(error)
    case .success(let outcome):
      guard let response = response(try reply(of: outcome, context)) else {
        throw misanswered
      }
      return response
    }
  }

  static func reply(of outcome: Outcome, _ context: ServerContext) throws(GRPCStatus) -> Reply {
    if outcome.isReplay { context.addTrailingMetadata(replayedKey, "true") }
    switch outcome.answer {
    case .refusal(let refusal): throw GRPCStatus(refusal)
    case .reply(let reply): return reply
    }
  }
}
