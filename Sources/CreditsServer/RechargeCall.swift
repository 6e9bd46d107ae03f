import CreditsAPI
import Ledger
import LedgerStore
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

  func candidate(_ card: GivenCard) async throws(ProcessorError) -> CandidateCard {
    card.candidate(described: try await processor.describeCard(card.token))
  }

  /// Waits for the worker's first word, as long as the caller has time, then reads the recharge.
  private func finished(_ reply: Reply, _ context: ServerContext) async throws -> RechargeReply {
    guard case .recharge(let begun) = reply else {
      throw GRPCStatus(code: .internal, message: "the ledger answered another question")
    }
    guard begun.recharge.state == .processing else { return begun }
    var patience = ContinuousClock.now + Self.longestWait
    if let deadline = context.deadline { patience = min(patience, deadline - Self.returnTime) }
    await worker.charge(begun.recharge, waitingUntil: patience)
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

extension PaymentMethodID {
  static func random() -> PaymentMethodID { PaymentMethodID("card_" + randomHexadecimal()) }
}

private func randomHexadecimal() -> String {
  (0..<4).map { _ in
    let digits = String(UInt32.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: 8 - digits.utf8.count) + digits
  }.joined()
}
