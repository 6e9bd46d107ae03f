import CreditsAPI
import Ledger
import LedgerEngine
import PaymentProcessing
import UnixGRPC

/// The way of a call that involves the processor: replay or intent, then the worker, then the outcome as it is.
struct RechargeCall: Sendable {
  let ledger: LedgerCall
  let worker: RechargeWorker
  let processor: any PaymentProcessor

  /// What is kept of the caller's time for the way back.
  private static let returnTime = Duration.milliseconds(250)
  /// A caller learns later outcomes with `GetRecharge`.
  private static let longestWait = Duration.seconds(30)

  /// A replay needs no processor: `mutation`, which may ask it about a card, is made only where nothing is recorded.
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

  /// Begins a recharge, waits for the worker's first outcome as long as the caller has time, then reads the recharge.
  func recharge<Asked: Mutation>(
    from origin: Origin,
    _ context: ServerContext,
    with mutation: () async throws -> Asked
  ) async throws -> RechargeReply where Asked.Reply == RechargeReply {
    let begun = try await reply(from: origin, context, to: mutation)
    guard begun.recharge.state == .processing else { return begun }
    await worker.settle(.recharge(begun.recharge.id), waitingUntil: Self.patience(of: context))
    return try await ledger.reply(to: GetRecharge(begun.recharge.id), context)
  }

  /// Begins a refund of a recharge, waits for its outcome as long as the caller has time, then reads the refund.
  func refund(
    from origin: Origin,
    _ context: ServerContext,
    with mutation: () async throws -> RefundRecharge
  ) async throws -> RechargeRefundReply {
    let begun = try await reply(from: origin, context, to: mutation)
    guard begun.refund.state == .processing else { return begun }
    await worker.settle(.refund(begun.refund.id), waitingUntil: Self.patience(of: context))
    return try await ledger.reply(to: GetRechargeRefund(begun.refund.id), context)
  }

  /// Carries out a spend that may have to wait for a recharge, as often as one is begun for it while the caller has time.
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
    let longest = ContinuousClock.now + longestWait
    return context.deadline.map { min(longest, $0 - returnTime) } ?? longest
  }

  func candidate(_ card: GivenCard) async throws(ProcessorFailure) -> CandidateCard {
    card.candidate(described: try await processor.describeCard(card.token))
  }

  /// Asks the processor about what is with it already: whatever keeps it from answering may pass, and the request is not
  /// to blame.
  static func asking<Answer>(_ question: () async throws -> Answer) async throws -> Answer {
    do {
      return try await question()
    } catch let error as ProcessorFailure {
      throw ProcessorFailure.outcomeUnknown(error.description)
    }
  }
}

/// A card as a request gives it.
struct GivenCard: Sendable {
  var token: PaymentMethodToken
  var billing: Ledger.BillingDetails

  func candidate(described card: Card) -> CandidateCard {
    CandidateCard(id: .random(), token: token, card: card, billing: billing)
  }
}
