import CreditsAPI
import Ledger
import LedgerEngine
import UnixGRPC

// What becomes of recharges after they were begun.
extension RechargeHandlers {
  func listRecharges(_ request: ListRechargesRequest, context: ServerContext) async throws -> ListRechargesResponse {
    do {
      try recharges.ledger.authorize(context)
      let walletID = try RequestFields.walletID(request.walletID)
      let place = try RechargePageToken(request.pageToken)?.place
      let size = try RequestFields.pageSize(request.pageSize)
      let page = try await withCheckedThrowingContinuation { continuation in
        recharges.ledger.committer.listRecharges(of: walletID, before: place, size: size) {
          continuation.resume(with: $0)
        }
      }
      return ListRechargesResponse(
        recharges: page.recharges.map { Recharge($0) },
        nextPageToken: page.next.map { RechargePageToken(place: $0).text } ?? ""
      )
    } catch {
      throw LedgerCall.status(of: error)
    }
  }

  func completeRecharge(
    _ request: CompleteRechargeRequest,
    context: ServerContext
  ) async throws -> CompleteRechargeResponse {
    do {
      try recharges.ledger.authorize(context)
      let id = try RequestFields.rechargeID(request.rechargeID)
      guard let reply = try await LedgerCall.asking({ try await recharges.worker.lookUp(id) }) else {
        throw Refusal.rechargeNotFound(id)
      }
      return CompleteRechargeResponse(
        recharge: Recharge(reply.recharge),
        wallet: Wallet(reply.wallet),
        entry: reply.entry.map { Entry($0, of: reply.wallet) }
      )
    } catch {
      throw LedgerCall.status(of: error)
    }
  }

  func refundRecharge(
    _ request: RefundRechargeRequest,
    context: ServerContext
  ) async throws -> RefundRechargeResponse {
    do {
      let origin = try recharges.ledger.origin(
        of: request,
        key: request.idempotencyKey,
        method: .refundRecharge,
        context: context
      )
      let id = try RequestFields.rechargeID(request.rechargeID)
      let amount = try RequestFields.amount(request.amount)
      let reply = try await recharges.refund(origin, context) { .refundRecharge(.random(), id, amount) }
      return RefundRechargeResponse(
        refund: RechargeRefund(reply.refund),
        wallet: Wallet(reply.wallet),
        entry: reply.entry.map { Entry($0, of: reply.wallet) }
      )
    } catch {
      throw LedgerCall.status(of: error)
    }
  }

  func settleReview(_ request: SettleReviewRequest, context: ServerContext) async throws -> SettleReviewResponse {
    do {
      let origin = try recharges.ledger.origin(
        of: request,
        key: request.idempotencyKey,
        method: .settleReview,
        context: context
      )
      let review = try RequestFields.review(request)
      let reply = try await recharges.reply(to: origin, context) {
        try await confirm(review)
        return review
      }
      switch reply {
      case .recharge(let reply):
        return SettleReviewResponse(
          recharge: Recharge(reply.recharge),
          wallet: Wallet(reply.wallet),
          entry: reply.entry.map { Entry($0, of: reply.wallet) }
        )
      case .rechargeRefund(let reply):
        return SettleReviewResponse(
          refund: RechargeRefund(reply.refund),
          wallet: Wallet(reply.wallet),
          entry: reply.entry.map { Entry($0, of: reply.wallet) }
        )
      default: throw LedgerCall.misanswered
      }
    } catch {
      throw LedgerCall.status(of: error)
    }
  }
}

extension RechargeHandlers {
  /// A person may have looked at the wrong charge. Where the processor has it by its name, it says itself what it is for.
  private func confirm(_ review: Mutation) async throws {
    guard case .settleReview(let id, .paid(let chargeID), _) = review else { return }
    guard case .recharge(let reply) = try await recharges.ledger.committer.submit(.ask(.recharge(id))).answer.reply
    else { throw Refusal.rechargeNotFound(id) }
    // Where there is nothing to settle, the ledger says so.
    guard reply.recharge.state == .needsReview else { return }
    let charge = try await LedgerCall.asking { try await recharges.processor.findCharge(id: chargeID) }
    guard let charge, charge.rechargeID == id, charge.amount == reply.recharge.amount, charge.status == .paid else {
      throw Refusal.fieldInvalid(
        field: "processor_id",
        description: "names no charge at the processor that paid this recharge, and its amount"
      )
    }
  }
}

extension Answer {
  fileprivate var reply: Reply? {
    guard case .reply(let reply) = self else { return nil }
    return reply
  }
}

extension RequestFields {
  fileprivate static func review(_ request: SettleReviewRequest) throws(Refusal) -> Mutation {
    // Before anything else can be said: an answer must never repeat a card number.
    try TextScreen.check(request.memo, field: "memo")
    let memo = try required(request.memo, "memo")
    let moved = try hasMoved(request)
    switch request.subject {
    case .rechargeID(let text):
      let id = try rechargeID(text)
      let settlement: Settlement =
        moved.map { .paid(processorChargeID: $0) } ?? .failed(processorChargeID: nil, explanation: memo)
      return .settleReview(id, settlement, memo: memo)
    case .refundID(let text):
      let id = RechargeRefundID(try required(text, "refund_id"))
      let settlement: RefundSettlement =
        moved.map { .refunded(processorRefundID: $0) } ?? .failed(processorRefundID: nil, explanation: memo)
      return .settleRefundReview(id, settlement, memo: memo)
    case nil: throw .fieldInvalid(field: "recharge_id", description: "or refund_id is required: say what to settle")
    }
  }

  /// The processor's name of what moved the money; nil where none moved.
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
