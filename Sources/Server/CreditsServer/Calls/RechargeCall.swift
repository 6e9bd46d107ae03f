import CreditsAPI
import Ledger
import LedgerEngine
import PaymentProcessing
import ProtobufC
import UnixGRPC
import UnixGRPCProtobuf

/// A call that involves the processor: replays the answer or records the intent, then waits for the worker's outcome.
struct RechargeCall: Sendable {
  let ledger: LedgerCall
  let worker: RechargeWorker
  let processor: any PaymentProcessor

  /// The bounds of the time before the caller's deadline that is reserved for the response: a quarter of what is left.
  private static let returnTimes = Duration.milliseconds(250)...Duration.seconds(2)
  /// The maximum wait for an outcome. A caller gets later outcomes with `GetRecharge`.
  private static let longestWait = Duration.seconds(30)

  /// Replies with the recorded outcome, if any. Otherwise creates `mutation`, which may ask the processor about a card.
  func reply<Asked: Mutation>(
    from origin: Origin,
    _ context: ServerContext,
    to mutation: () async throws -> Asked
  ) async throws -> Asked.Reply {
    if let recorded = try await ledger.reply(to: GetRecordedOutcome<Asked>(from: origin), context) {
      return try LedgerCall.reply(of: recorded, context)
    }
    return try await ledger.reply(to: Request(try await mutation(), from: origin), context)
  }

  /// Begins a recharge, waits for the worker's first outcome within the caller's deadline, then reads the recharge.
  func recharge<Asked: Mutation>(
    from origin: Origin,
    _ context: ServerContext,
    with mutation: () async throws -> Asked
  ) async throws -> RechargeReply where Asked.Reply == RechargeReply {
    let begun = try await reply(from: origin, context) {
      try requireProcessor()
      return try await mutation()
    }
    guard begun.recharge.state == .processing else { return begun }
    await worker.settle(.recharge(begun.recharge.id), waitingUntil: Self.patience(of: context))
    return try await ledger.reply(to: GetRecharge(begun.recharge.id), context)
  }

  /// Begins a refund of a recharge, waits for its outcome within the caller's deadline, then reads the refund.
  func refund(
    from origin: Origin,
    _ context: ServerContext,
    with mutation: () async throws -> RefundRecharge
  ) async throws -> RechargeRefundReply {
    let begun = try await reply(from: origin, context) {
      try requireProcessor()
      return try await mutation()
    }
    guard begun.refund.state == .processing else { return begun }
    await worker.settle(.refund(begun.refund.id), waitingUntil: Self.patience(of: context))
    return try await ledger.reply(to: GetRechargeRefund(begun.refund.id), context)
  }

  /// Submits a spend that may have to wait for recharges, and replies once it is durable or refused.
  func answerWaiting<Asked: SpendingMutation, Response>(
    _ reply: TypedReply<Response>,
    _ context: ServerContext,
    to request: some ProtobufMessage,
    key: String,
    with mutation: @escaping @Sendable () throws -> Asked,
    response: @escaping @Sendable (Asked.Reply) -> Response
  ) {
    Task {
      do {
        let origin = try ledger.origin(of: request, key: key, for: Asked.self, context)
        let waiting = Request(try mutation(), from: origin)
        reply.succeed(response(try await self.reply(toWaiting: waiting, context)))
      } catch {
        reply.fail(error)
      }
    }
  }

  /// Performs a spend that may have to wait for recharges, and retries it after each one within the caller's deadline.
  func reply<Asked: SpendingMutation>(
    toWaiting request: Request<Asked>,
    _ context: ServerContext
  ) async throws -> Asked.Reply {
    let patience = Self.patience(of: context)
    while true {
      let outcome = try await ledger.committer.submit(request, deadline: context.deadline)
      guard let refusal = outcome.refusal, refusal.reason == .rechargeInProgress, let id = refusal.rechargeID,
        ContinuousClock.now < patience
      else { return try LedgerCall.reply(of: outcome, context) }
      guard try await ledger.committer.submit(GetRecharge(id)).reply?.recharge.state == .processing else { continue }
      await worker.settle(.recharge(id), waitingUntil: patience)
    }
  }

  private static func patience(of context: ServerContext) -> ContinuousClock.Instant {
    let now = ContinuousClock.now
    let longest = now + longestWait
    guard let deadline = context.deadline else { return longest }
    let returnTime = min(max((deadline - now) / 4, returnTimes.lowerBound), returnTimes.upperBound)
    return min(longest, deadline - returnTime)
  }

  func candidate(_ card: GivenCard) async throws(ProcessorFailure) -> CandidateCard {
    card.candidate(described: try await processor.describeCard(card.token))
  }

  /// Asks the processor about an existing object. Reports every failure as an unknown outcome: it may be transient, and the
  /// request did not cause it.
  func asking<Answer>(_ question: () async throws -> Answer) async throws -> Answer {
    do {
      return try await question()
    } catch let error as ProcessorFailure {
      try requireProcessor()
      throw ProcessorFailure.outcomeUnknown(error.description)
    }
  }

  /// Refuses what needs a processor where none is configured, before anything is begun that only one could end.
  func requireProcessor() throws(ProcessorMissing) {
    if !processor.isConfigured { throw ProcessorMissing() }
  }
}

/// A card given in a request.
struct GivenCard: Sendable {
  var token: PaymentMethodToken
  var billing: Ledger.BillingDetails

  func candidate(described card: Card) -> CandidateCard {
    CandidateCard(id: .random(), token: token, card: card, billing: billing)
  }
}

/// No processor is configured.
struct ProcessorMissing: Error {}
