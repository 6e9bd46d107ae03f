import CreditsAPI
import Ledger
import PaymentProcessing
import UnixGRPC

/// `credits.v1.PaymentMethodService`.
struct PaymentMethodHandlers: PaymentMethodService {
  let recharges: RechargeCall

  init(recharges: RechargeCall) { self.recharges = recharges }

  func savePaymentMethod(
    _ request: SavePaymentMethodRequest,
    context: ServerContext
  ) async throws -> SavePaymentMethodResponse {
    do {
      let origin = try recharges.ledger.origin(
        of: request,
        key: request.idempotencyKey,
        method: .savePaymentMethod,
        context: context
      )
      let walletID = try RequestFields.walletID(request.walletID)
      let card = try RequestFields.requiredCard(request.paymentMethodToken, request.billingDetails)
      let reply = try await saved(card, for: walletID, origin, context)
      guard case .paymentMethod(let wallet, let paymentMethod) = reply else {
        throw LedgerCall.misanswered
      }
      return SavePaymentMethodResponse(paymentMethod: PaymentMethod(paymentMethod), wallet: Wallet(wallet))
    } catch {
      throw LedgerCall.status(of: error)
    }
  }

  func getPaymentMethod(
    _ request: GetPaymentMethodRequest,
    context: ServerContext
  ) async throws -> GetPaymentMethodResponse {
    do {
      try recharges.ledger.authorize(context)
      let id = request.paymentMethodID.isEmpty ? nil : PaymentMethodID(request.paymentMethodID)
      let question = Query.paymentMethod(try RequestFields.walletID(request.walletID), id)
      guard case .paymentMethod(_, let paymentMethod) = try await recharges.ledger.reply(to: .ask(question), context)
      else { throw LedgerCall.misanswered }
      return GetPaymentMethodResponse(paymentMethod: PaymentMethod(paymentMethod))
    } catch {
      throw LedgerCall.status(of: error)
    }
  }

  func changeCardAndPay(
    _ request: ChangeCardAndPayRequest,
    context: ServerContext
  ) async throws -> ChangeCardAndPayResponse {
    do {
      let origin = try recharges.ledger.origin(
        of: request,
        key: request.idempotencyKey,
        method: .changeCardAndPay,
        context: context
      )
      let walletID = try RequestFields.walletID(request.walletID)
      let amount = try RequestFields.amount(request.amount)
      let card = try RequestFields.requiredCard(request.paymentMethodToken, request.billingDetails)
      let reply = try await recharges.recharge(origin, context) {
        .changeCardAndPay(.random(), walletID, amount, try await recharges.candidate(card))
      }
      return ChangeCardAndPayResponse(
        recharge: Recharge(reply.recharge),
        wallet: Wallet(reply.wallet),
        entry: reply.entry.map { Entry($0, of: reply.wallet) },
        paymentMethod: reply.savedPaymentMethod.map { PaymentMethod($0) }
      )
    } catch {
      throw LedgerCall.status(of: error)
    }
  }
}
