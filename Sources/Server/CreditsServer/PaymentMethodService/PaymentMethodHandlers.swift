import CreditsAPI
import Ledger
import PaymentProcessing
import UnixGRPC

/// The handlers of `credits.v1.PaymentMethodService`.
struct PaymentMethodHandlers: PaymentMethodService {
  let recharges: RechargeCall

  func savePaymentMethod(
    _ request: SavePaymentMethodRequest,
    context: ServerContext
  ) async throws -> SavePaymentMethodResponse {
    let origin = try recharges.ledger.origin(
      of: request,
      key: request.idempotencyKey,
      for: SavePaymentMethod.self,
      context
    )
    let walletID = try RequestFields.walletID(request.walletID)
    let card = try RequestFields.requiredCard(request.paymentMethodToken, request.billingDetails)
    let reply = try await saved(card, for: walletID, origin, context)
    return SavePaymentMethodResponse(paymentMethod: PaymentMethod(reply.paymentMethod), wallet: Wallet(reply.wallet))
  }

  func getPaymentMethod(
    _ request: GetPaymentMethodRequest,
    context: ServerContext
  ) async throws -> GetPaymentMethodResponse {
    let id = request.paymentMethodID.isEmpty ? nil : PaymentMethodID(request.paymentMethodID)
    let question = GetPaymentMethod(try RequestFields.walletID(request.walletID), id)
    let reply = try await recharges.ledger.reply(to: question, context)
    return GetPaymentMethodResponse(paymentMethod: PaymentMethod(reply.paymentMethod))
  }

  func changeCardAndPay(
    _ request: ChangeCardAndPayRequest,
    context: ServerContext
  ) async throws -> ChangeCardAndPayResponse {
    let origin = try recharges.ledger.origin(
      of: request,
      key: request.idempotencyKey,
      for: ChangeCardAndPay.self,
      context
    )
    let walletID = try RequestFields.walletID(request.walletID)
    let amount = try RequestFields.amount(request.amount)
    let card = try RequestFields.requiredCard(request.paymentMethodToken, request.billingDetails)
    let autoRecharge = try RequestFields.autoRecharge(request.autoRecharge, field: "auto_recharge")
    let reply = try await recharges.recharge(from: origin, context) {
      ChangeCardAndPay(.random(), walletID, amount, try await recharges.candidate(card), autoRecharge)
    }
    return ChangeCardAndPayResponse(
      recharge: Recharge(reply.recharge),
      wallet: Wallet(reply.wallet),
      entry: reply.entry.map { Entry($0, of: reply.wallet) },
      paymentMethod: reply.savedPaymentMethod.map { PaymentMethod($0) }
    )
  }
}
