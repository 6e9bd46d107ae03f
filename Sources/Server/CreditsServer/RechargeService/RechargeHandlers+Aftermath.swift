import CreditsAPI
import Ledger
import LedgerEngine
import UnixGRPC

// Recharges after their begin: lists, reconciliation, refunds and reviews.
extension RechargeHandlers {
  func listRecharges(_ request: ListRechargesRequest, context: ServerContext) async throws -> ListRechargesResponse {
    let walletID = try RequestFields.walletID(request.walletID)
    let place = try request.pageStart()
    let size = try RequestFields.pageSize(request.pageSize)
    let page = try await withCheckedThrowingContinuation { continuation in
      recharges.ledger.committer.listRecharges(of: walletID, before: place, size: size) {
        continuation.resume(with: $0)
      }
    }
    return ListRechargesResponse(
      recharges: page.recharges.map { Recharge($0) },
      nextPageToken: try page.next.map { try request.pageToken(at: $0) } ?? ""
    )
  }

  func completeRecharge(
    _ request: CompleteRechargeRequest,
    context: ServerContext
  ) async throws -> CompleteRechargeResponse {
    let id = try RequestFields.rechargeID(request.rechargeID)
    guard let reply = try await recharges.asking({ try await recharges.worker.reconcile(id) }) else {
      throw Refusal.rechargeNotFound(id)
    }
    return CompleteRechargeResponse(
      recharge: Recharge(reply.recharge),
      wallet: Wallet(reply.wallet),
      entry: reply.entry.map { Entry($0, of: reply.wallet) }
    )
  }

  func refundRecharge(
    _ request: RefundRechargeRequest,
    context: ServerContext
  ) async throws -> RefundRechargeResponse {
    let origin = try recharges.ledger.origin(
      of: request,
      key: request.idempotencyKey,
      for: RefundRecharge.self,
      context
    )
    let id = try RequestFields.rechargeID(request.rechargeID)
    let amount = try RequestFields.amount(request.amount)
    let reply = try await recharges.refund(from: origin, context) {
      RefundRecharge(.random(), id, amount)
    }
    return RefundRechargeResponse(
      refund: RechargeRefund(reply.refund),
      wallet: Wallet(reply.wallet),
      entry: reply.entry.map { Entry($0, of: reply.wallet) }
    )
  }

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
        try await confirm(review)
        return review
      }
      return SettleReviewResponse(
        recharge: Recharge(reply.recharge),
        wallet: Wallet(reply.wallet),
        entry: reply.entry.map { Entry($0, of: reply.wallet) }
      )
    case .refund(let review):
      let reply = try await recharges.reply(from: origin, context) { review }
      return SettleReviewResponse(
        refund: RechargeRefund(reply.refund),
        wallet: Wallet(reply.wallet),
        entry: reply.entry.map { Entry($0, of: reply.wallet) }
      )
    }
  }

  /// Checks with the processor that the charge named by a reviewer paid this recharge.
  private func confirm(_ review: SettleRechargeReview) async throws {
    guard case .paid(let chargeID) = review.settlement else { return }
    let recharge = try await recharges.ledger.committer.submit(GetRecharge(review.rechargeID)).result.get().recharge
    // The ledger refuses the review of a recharge that does not need one.
    guard recharge.state == .needsReview else { return }
    let charge = try await recharges.asking { try await recharges.processor.findCharge(id: chargeID) }
    guard let charge, charge.rechargeID == recharge.id, charge.amount == recharge.amount, charge.status == .paid else {
      throw Refusal.fieldInvalid(
        field: "processor_id",
        description: "names no charge at the processor that paid this recharge, and its amount"
      )
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
