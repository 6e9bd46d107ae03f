import Ledger
import Logging
import PaymentProcessing

/// Carries one refund of a recharge from its intent to its outcome.
struct RefundErrand: Sendable {
  let kit: ErrandKit

  /// Returns when the refund has an outcome, needs review, or the task is cancelled.
  ///
  /// - Parameters:
  ///   - isNew: Whether the processor cannot have been asked yet.
  ///   - settled: Called when the outcome became durable.
  func run(_ id: RechargeRefundID, isNew: Bool, settled: () -> Void) async {
    do {
      guard let refund = try await current(id)?.refund, refund.state == .processing else { return }
      var mayHaveBeenAsked = !isNew
      let settlement = try await kit.ask(about: "refund \(id)") {
        defer { mayHaveBeenAsked = true }
        return await word(on: refund, mayHaveBeenAsked: mayHaveBeenAsked)
      }
      _ = try await settle(refund, settlement)
      settled()
    } catch {
      // Only cancellation ends up here: the refund stays open and the next start resumes it.
    }
  }

  /// Takes what the processor tells by itself: it may be the first word, or the bank's second thoughts. Returns nil where
  /// it tells of no refund of ours, or of none that has come to an end.
  func take(_ told: RefundResult) async throws -> RechargeRefund? {
    guard let id = RechargeRefundID(processorKey: told.key), let reply = try await current(id),
      case .settlement(let settlement) = Self.word(told, on: reply.refund)
    else { return nil }
    let refund = reply.refund
    // Told late that it was made, of one that a bank would not have since: known. Of one that was given up, it is not.
    let isOldNews = refund.state == .failed && reply.entry != nil
    guard refund.state != settlement.state, !isOldNews else { return refund }
    return try await settle(refund, settlement)
  }

  private func word(on refund: RechargeRefund, mayHaveBeenAsked: Bool) async -> Word<RefundSettlement> {
    let isTooLate = kit.mayHaveForgotten(keyOf: refund.createTime)
    if mayHaveBeenAsked || isTooLate {
      do throws(ProcessorFailure) {
        if let found = try await kit.processor.findRefund(key: refund.processorKey) {
          if isTooLate, !Self.repeats(found, refund) {
            return .settlement(.needsReview(explanation: "the processor answers with another refund"))
          }
          return Self.word(found, on: refund)
        }
        if isTooLate { return .settlement(.needsReview(explanation: "the processor knows of no refund after 23 h")) }
      } catch {
        return isTooLate
          ? .settlement(.needsReview(explanation: "unknown after 23 h: \(error)")) : .unknown("\(error)")
      }
    }
    do throws(ProcessorFailure) {
      let request = RefundRequest(
        key: refund.processorKey,
        chargeID: refund.processorChargeID,
        rechargeID: refund.rechargeID,
        amount: refund.amount
      )
      return Self.word(try await kit.processor.refundCharge(request), on: refund)
    } catch {
      switch error {
      case .rejected(let reason): return .settlement(.failed(processorRefundID: nil, explanation: reason))
      case .outcomeUnknown(let reason): return .unknown(reason)
      case .unknownToken, .cardDeclined: return .unknown("the processor answered another question")
      }
    }
  }

  /// A refund that does not repeat what it is for is an answer to something else, and proves nothing.
  private static func word(_ told: RefundResult, on refund: RechargeRefund) -> Word<RefundSettlement> {
    guard repeats(told, refund) else { return .unknown("the processor answered with another refund") }
    switch told.status {
    case .processing: return .unknown("the processor is still working")
    case .refunded: return .settlement(.refunded(processorRefundID: told.id))
    case .failed(let code): return .settlement(.failed(processorRefundID: told.id, explanation: code))
    }
  }

  private static func repeats(_ told: RefundResult, _ refund: RechargeRefund) -> Bool {
    told.key == refund.processorKey && told.chargeID == refund.processorChargeID && told.amount == refund.amount
  }

  private func current(_ id: RechargeRefundID) async throws -> RechargeRefundReply? {
    try await kit.outcome(of: GetRechargeRefund(id), on: "refund \(id)").reply
  }

  /// Commits the outcome: the money may already have moved.
  private func settle(_ refund: RechargeRefund, _ settlement: RefundSettlement) async throws -> RechargeRefund {
    let subject = "\(refund.id) \(settlement.state.rawValue)"
    let request = kit.request(SettleRechargeRefund(refund.id, settlement), of: subject)
    switch try await kit.outcome(of: request, on: "refund \(refund.id)").result {
    case .success(let reply):
      report(reply.refund)
      return reply.refund
    case .failure(let refusal):
      kit.logger.critical(
        "the processor contradicts a final refund",
        metadata: ["refund_id": "\(refund.id)", "reason": "\(refusal.sentence)"]
      )
      return refund
    }
  }

  private func report(_ refund: RechargeRefund) {
    let metadata: Logger.Metadata = ["refund_id": "\(refund.id)", "state": "\(refund.state.rawValue)"]
    if refund.state == .needsReview {
      kit.logger.error("a refund needs review", metadata: metadata)
    } else {
      kit.logger.info("a refund has an outcome", metadata: metadata)
    }
  }
}
