import CreditsAPI
import Ledger
import LedgerEngine
import PaymentProcessing
import UnixGRPC

// Recharges and refunds that a person settles.
extension RechargeHandlers {
  func settleReview(_ request: SettleReviewRequest, context: ServerContext) async throws -> SettleReviewResponse {
    let origin = try recharges.ledger.origin(
      of: request,
      key: request.idempotencyKey,
      for: SettleRechargeReview.self,
      context
    )
    switch try RequestFields.review(request) {
    case .recharge(let review):
      let reply = try await recharges.reply(from: origin, context) {
        try await check(review, acceptsUnconfirmed: request.acceptUnconfirmed)
        return review
      }
      return SettleReviewResponse(
        recharge: Recharge(reply.recharge),
        wallet: Wallet(reply.wallet),
        entry: reply.entry.map { Entry($0, of: reply.wallet) }
      )
    case .refund(let review):
      let reply = try await recharges.reply(from: origin, context) {
        try await check(review, acceptsUnconfirmed: request.acceptUnconfirmed)
        return review
      }
      return SettleReviewResponse(
        refund: RechargeRefund(reply.refund),
        wallet: Wallet(reply.wallet),
        entry: reply.entry.map { Entry($0, of: reply.wallet) }
      )
    }
  }

  /// Checks a person's word about a recharge with the processor. A charge that still waits for its cardholder is cancelled
  /// before it is given up.
  private func check(_ review: SettleRechargeReview, acceptsUnconfirmed: Bool) async throws {
    let recharge = try await recharges.ledger.committer.submit(GetRecharge(review.rechargeID)).result.get().recharge
    // The ledger refuses the review of a recharge that does not need one.
    guard case .inReview(let cancel) = recharge.stage else { return }
    let objection: ReviewObjection?
    if case .paid(let chargeID) = review.settlement {
      objection = recharge.objectionToPayment(await recharges.processor.response(to: .retrieveCharge(id: chargeID)))
    } else {
      var response = await recharges.processor.response(to: recharge.lookup)
      if let cancel, recharge.waitsForCardholder(in: response) {
        response = await recharges.processor.response(to: cancel)
      }
      objection = recharge.objectionToNoPayment(response)
    }
    try refuse(objection, "charge at the processor that paid this recharge, and its amount", acceptsUnconfirmed)
  }

  /// Checks a person's word about a refund with the processor.
  private func check(_ review: SettleRechargeRefundReview, acceptsUnconfirmed: Bool) async throws {
    let refund = try await recharges.ledger.committer.submit(GetRechargeRefund(review.refundID)).result.get().refund
    guard case .inReview = refund.stage else { return }
    let response = await recharges.processor.response(to: refund.lookup)
    let objection =
      if case .refunded(let refundID) = review.settlement {
        refund.objectionToRefund(refundID, response)
      } else {
        refund.objectionToNoRefund(response)
      }
    try refuse(objection, "refund at the processor that is this refund, and its amount", acceptsUnconfirmed)
  }

  /// - Parameter subject: What the processor should have, for the sentence that it has none.
  private func refuse(_ objection: ReviewObjection?, _ subject: String, _ acceptsUnconfirmed: Bool) throws {
    switch objection {
    case nil: return
    case .contradicted(let state): throw Refusal.reviewContradicted(state)
    case .notFound: throw Refusal.fieldInvalid(field: "processor_id", description: "names no \(subject)")
    case .unfinished: if !acceptsUnconfirmed { throw Refusal.reviewContradicted(.processing) }
    case .unanswered(let reason):
      if acceptsUnconfirmed { return }
      try recharges.requireProcessor()
      throw ProcessorFailure.outcomeUnknown(reason)
    }
  }
}

/// The result of a review, by its subject.
private enum Review {
  case recharge(SettleRechargeReview)
  case refund(SettleRechargeRefundReview)
}

extension RequestFields {
  fileprivate static func review(_ request: SettleReviewRequest) throws(Refusal) -> Review {
    // Screen first, so that no other refusal repeats a card number.
    try TextScreen.check(request.memo, field: "memo")
    let memo = try required(request.memo, "memo")
    let moved = try hasMoved(request)
    switch request.subject {
    case .rechargeID(let text):
      let settlement: Settlement =
        moved.map { .paid(processorChargeID: $0) } ?? .failed(processorChargeID: nil, explanation: memo)
      return .recharge(SettleRechargeReview(try rechargeID(text), settlement, memo: memo))
    case .refundID(let text):
      let id = RechargeRefundID(try required(text, "refund_id"))
      let settlement: RefundSettlement =
        moved.map { .refunded(processorRefundID: $0) } ?? .failed(processorRefundID: nil, explanation: memo)
      return .refund(SettleRechargeRefundReview(id, settlement, memo: memo))
    case nil: throw .fieldInvalid(field: "recharge_id", description: "or refund_id is required: say what to settle")
    }
  }

  /// Returns the processor's id of what moved the money, or nil if no money moved.
  private static func hasMoved(_ request: SettleReviewRequest) throws(Refusal) -> String? {
    switch request.outcome {
    case .moneyMoved: return try required(request.processorID, "processor_id")
    case .noMoneyMoved:
      guard request.processorID.isEmpty else {
        throw .fieldInvalid(field: "processor_id", description: "comes only with MONEY_MOVED")
      }
      return nil
    case .unspecified, .unrecognized:
      throw .fieldInvalid(field: "outcome", description: "must be MONEY_MOVED or NO_MONEY_MOVED")
    }
  }
}
