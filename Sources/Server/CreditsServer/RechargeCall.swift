import CreditsAPI
import Ledger
import LedgerEngine
import PaymentProcessing
import UnixGRPC

/// The path of what involves the processor: replay or intent, then the worker, then the recharge as it is.
struct RechargeCall: Sendable {
  let ledger: LedgerCall
  let worker: RechargeWorker
  let processor: any PaymentProcessor

  init(ledger: LedgerCall, worker: RechargeWorker, processor: any PaymentProcessor) {
    self.ledger = ledger
    self.worker = worker
    self.processor = processor
  }

  /// What is kept of the caller's time for the way back.
  private static let returnTime = Duration.milliseconds(250)
  /// A processor that has not answered by then will be asked about with `GetRecharge`.
  private static let longestWait = Duration.seconds(30)

  /// A replay needs no processor: `mutation`, which may ask it about a card, is made only where nothing is recorded.
  func reply(
    to origin: Origin,
    _ context: ServerContext,
    mutation: () async throws -> Mutation
  ) async throws -> Reply {
    let recorded = try await ledger.reply(to: .ask(.recorded(origin)), context)
    if recorded != .nothingRecorded { return recorded }
    return try await ledger.reply(to: .mutate(try await mutation(), origin), context)
  }

  func recharge(
    _ origin: Origin,
    _ context: ServerContext,
    mutation: () async throws -> Mutation
  ) async throws -> RechargeReply {
    try await finished(try await reply(to: origin, context, mutation: mutation), context)
  }

  /// Carries out a spend that may have to wait for a recharge, as often as one is begun for it while the caller has time.
  func reply(toWaiting command: Command, _ context: ServerContext) async throws -> Reply {
    let patience = Self.patience(of: context)
    while true {
      let outcome = try await ledger.committer.submit(command, deadline: context.deadline)
      guard case .refusal(.rechargeInProgress(let id)) = outcome.answer, ContinuousClock.now < patience else {
        return try LedgerCall.reply(of: outcome, context)
      }
      guard case .recharge(let begun) = try await ledger.reply(to: .ask(.recharge(id)), context),
        begun.recharge.state == .processing
      else { continue }
      await worker.carry(.recharge(id), waitingUntil: patience)
    }
  }

  /// As `recharge`, for a refund of one.
  func refund(
    _ origin: Origin,
    _ context: ServerContext,
    mutation: () async throws -> Mutation
  ) async throws -> RechargeRefundReply {
    guard case .rechargeRefund(let begun) = try await reply(to: origin, context, mutation: mutation) else {
      throw LedgerCall.misanswered
    }
    guard begun.refund.state == .processing else { return begun }
    await worker.carry(.refund(begun.refund.id), waitingUntil: Self.patience(of: context))
    let question = Command.ask(.rechargeRefund(begun.refund.id))
    guard case .rechargeRefund(let now) = try await ledger.reply(to: question, context) else { return begun }
    return now
  }

  private static func patience(of context: ServerContext) -> ContinuousClock.Instant {
    let longest = ContinuousClock.now + longestWait
    return context.deadline.map { min(longest, $0 - returnTime) } ?? longest
  }

  func candidate(_ card: GivenCard) async throws(ProcessorError) -> CandidateCard {
    card.candidate(described: try await processor.describeCard(card.token))
  }

  /// Waits for the worker's first word, as long as the caller has time, then reads the recharge.
  private func finished(_ reply: Reply, _ context: ServerContext) async throws -> RechargeReply {
    guard case .recharge(let begun) = reply else {
      throw LedgerCall.misanswered
    }
    guard begun.recharge.state == .processing else { return begun }
    await worker.carry(.recharge(begun.recharge.id), waitingUntil: Self.patience(of: context))
    guard case .recharge(let now) = try await ledger.reply(to: .ask(.recharge(begun.recharge.id)), context) else {
      return begun
    }
    return now
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

extension RechargeID {
  /// 128 random bits, from the kernel.
  static func random() -> RechargeID { RechargeID("rch_" + randomHexadecimal()) }
}

extension RechargeRefundID {
  static func random() -> RechargeRefundID { RechargeRefundID("rfd_" + randomHexadecimal()) }
}

extension PaymentMethodID {
  static func random() -> PaymentMethodID { PaymentMethodID("card_" + randomHexadecimal()) }
}

private func randomHexadecimal() -> String {
  (0..<4).map { _ in
    let digits = String(UInt32.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: 8 - digits.utf8.count) + digits
  }.joined()
}
