import CreditsAPI
import Ledger
import UnixGRPC

/// The handlers of `credits.v1.RechargeService`.
struct RechargeHandlers: RechargeService {
  let recharges: RechargeCall

  func getRechargeOptions(
    _ request: GetRechargeOptionsRequest,
    context: ServerContext
  ) async throws -> GetRechargeOptionsResponse {
    let options = try await recharges.ledger.reply(
      to: GetRechargeOptions(try RequestFields.walletID(request.walletID)),
      context
    )
    return GetRechargeOptionsResponse(options)
  }

  func recharge(_ request: RechargeRequest, context: ServerContext) async throws -> RechargeResponse {
    let origin = try recharges.ledger.origin(
      of: request,
      key: request.idempotencyKey,
      for: StartRecharge.self,
      context
    )
    let walletID = try RequestFields.walletID(request.walletID)
    let amount = try RequestFields.amount(request.amount)
    let card = try RequestFields.card(request.paymentMethodToken, request.billingDetails)
    let autoRecharge = try RequestFields.autoRecharge(request.autoRecharge, field: "auto_recharge")
    let reply = try await recharges.recharge(from: origin, context) {
      let candidate: CandidateCard? = if let card { try await recharges.candidate(card) } else { nil }
      return StartRecharge(.random(), walletID, amount, candidate, autoRecharge)
    }
    return RechargeResponse(
      recharge: Recharge(reply.recharge),
      wallet: Wallet(reply.wallet),
      entry: reply.entry.map { Entry($0, of: reply.wallet) }
    )
  }

  func getRecharge(_ request: GetRechargeRequest, context: ServerContext) async throws -> GetRechargeResponse {
    let question = GetRechargeHistory(try RequestFields.rechargeID(request.rechargeID))
    let history = try await recharges.ledger.reply(to: question, context)
    return GetRechargeResponse(
      recharge: Recharge(history.recharge.recharge),
      refunds: history.refunds.map { RechargeRefund($0) },
      disputes: history.disputes.map { Dispute($0) },
      refundable: Money(history.refundable)
    )
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
      suggestedAmounts: options.suggestedAmounts.map { Money($0, currency) },
      paymentMethod: options.paymentMethod.map { PaymentMethod($0) },
      paymentDetailsRequired: options.paymentMethod == nil,
      openRechargeID: options.openRecharge?.id.value ?? "",
      suggestedThresholds: options.limits.suggestedThresholds.map { Money($0, currency) },
      autoRecharge: options.wallet.autoRecharge.map { AutoRecharge($0) },
      paymentMethods: options.savedPaymentMethods.map { PaymentMethod($0) },
      openRecharge: options.openRecharge.map { Recharge($0) },
      openRechargeExpireTime: options.openRecharge.map { Timestamp($0.slotExpiry) }
    )
  }
}
