import CreditsAPI
import Ledger
import UnixGRPC

/// `credits.v1.RechargeService`.
struct RechargeHandlers: RechargeService {
  let recharges: RechargeCall

  init(recharges: RechargeCall) { self.recharges = recharges }

  func getRechargeOptions(
    _ request: GetRechargeOptionsRequest,
    context: ServerContext
  ) async throws -> GetRechargeOptionsResponse {
    do {
      try recharges.ledger.authorize(context)
      let question = Query.rechargeOptions(try RequestFields.walletID(request.walletID))
      guard case .rechargeOptions(let options) = try await recharges.ledger.reply(to: .ask(question), context) else {
        throw LedgerCall.misanswered
      }
      return GetRechargeOptionsResponse(options)
    } catch {
      throw LedgerCall.status(of: error)
    }
  }

  func recharge(_ request: RechargeRequest, context: ServerContext) async throws -> RechargeResponse {
    do {
      let origin = try recharges.ledger.origin(
        of: request,
        key: request.idempotencyKey,
        method: .recharge,
        context: context
      )
      let walletID = try RequestFields.walletID(request.walletID)
      let amount = try RequestFields.amount(request.amount)
      let card = try RequestFields.card(request.paymentMethodToken, request.billingDetails)
      let autoRecharge = try RequestFields.autoRecharge(request.autoRecharge, field: "auto_recharge")
      let reply = try await recharges.recharge(origin, context) {
        let candidate: CandidateCard? = if let card { try await recharges.candidate(card) } else { nil }
        return .recharge(.random(), walletID, amount, candidate, autoRecharge)
      }
      return RechargeResponse(
        recharge: Recharge(reply.recharge),
        wallet: Wallet(reply.wallet),
        entry: reply.entry.map { Entry($0, of: reply.wallet) }
      )
    } catch {
      throw LedgerCall.status(of: error)
    }
  }

  func getRecharge(_ request: GetRechargeRequest, context: ServerContext) async throws -> GetRechargeResponse {
    do {
      try recharges.ledger.authorize(context)
      let question = Query.rechargeHistory(try RequestFields.rechargeID(request.rechargeID))
      guard case .rechargeHistory(let history) = try await recharges.ledger.reply(to: .ask(question), context) else {
        throw LedgerCall.misanswered
      }
      return GetRechargeResponse(
        recharge: Recharge(history.recharge.recharge),
        refunds: history.refunds.map { RechargeRefund($0) },
        disputes: history.disputes.map { Dispute($0) },
        refundable: Money(history.refundable)
      )
    } catch {
      throw LedgerCall.status(of: error)
    }
  }
}

extension GetRechargeOptionsResponse {
  fileprivate init(_ options: RechargeOptions) {
    let currency = options.wallet.currency
    self.init(
      wallet: Wallet(options.wallet),
      minimumAmount: Money(options.limits.minimum, currency),
      maximumAmount: Money(options.limits.maximum, currency),
      amountIncrement: Money(options.limits.step, currency),
      suggestedAmounts: options.limits.suggestedAmounts.map { Money($0, currency) },
      paymentMethod: options.paymentMethod.map { PaymentMethod($0) },
      paymentDetailsRequired: options.paymentMethod == nil,
      openRechargeID: options.openRecharge?.value ?? "",
      suggestedThresholds: options.limits.suggestedThresholds.map { Money($0, currency) },
      autoRecharge: options.wallet.autoRecharge.map { AutoRecharge($0) },
      paymentMethods: options.savedPaymentMethods.map { PaymentMethod($0) }
    )
  }
}
