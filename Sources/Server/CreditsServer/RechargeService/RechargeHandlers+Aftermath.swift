import CreditsAPI
import Ledger
import LedgerEngine
import UnixGRPC

// Recharges after their begin: lists, reconciliation, cancellation and refunds.
extension RechargeHandlers {
  func listRecharges(_ request: ListRechargesRequest, context: ServerContext) async throws -> ListRechargesResponse {
    let filter = RechargeFilter(
      walletID: request.walletID.isEmpty ? nil : try RequestFields.walletID(request.walletID),
      states: try RequestFields.rechargeStates(request.states)
    )
    let place = try request.pageStart()
    let size = try RequestFields.pageSize(request.pageSize)
    let page = try await withCheckedThrowingContinuation { continuation in
      recharges.ledger.committer.listRecharges(filter, before: place, size: size) {
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

  func cancelRecharge(
    _ request: CancelRechargeRequest,
    context: ServerContext
  ) async throws -> CancelRechargeResponse {
    let origin = try recharges.ledger.origin(
      of: request,
      key: request.idempotencyKey,
      for: CancelRecharge.self,
      context
    )
    let id = try RequestFields.rechargeID(request.rechargeID)
    let reply = try await cancelled(id, from: origin, context)
    return CancelRechargeResponse(
      recharge: Recharge(reply.recharge),
      wallet: Wallet(reply.wallet),
      entry: reply.entry.map { Entry($0, of: reply.wallet) }
    )
  }

  private func cancelled(_ id: RechargeID, from origin: Origin, _ context: ServerContext) async throws -> RechargeReply
  {
    let recorded = try await recharges.ledger.reply(to: GetRecordedOutcome<CancelRecharge>(from: origin), context)
    if let recorded { return try LedgerCall.reply(of: recorded, context) }
    guard let reply = try await recharges.asking({ try await recharges.worker.cancel(id, from: origin) }) else {
      throw Refusal.rechargeNotFound(id)
    }
    return reply
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
    let memo = try RequestFields.memo(request.memo)
    let id = try RequestFields.rechargeID(request.rechargeID)
    let amount = try RequestFields.amount(request.amount)
    let reply = try await recharges.refund(from: origin, context) {
      RefundRecharge(.random(), id, amount, memo: memo)
    }
    return RefundRechargeResponse(
      refund: RechargeRefund(reply.refund),
      wallet: Wallet(reply.wallet),
      entry: reply.entry.map { Entry($0, of: reply.wallet) }
    )
  }
}
