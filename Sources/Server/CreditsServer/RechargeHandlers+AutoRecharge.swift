import CreditsAPI
import Ledger
import UnixGRPC

extension RechargeHandlers {
  func setAutoRecharge(
    _ request: SetAutoRechargeRequest,
    context: ServerContext
  ) async throws -> SetAutoRechargeResponse {
    do {
      let origin = try recharges.ledger.origin(
        of: request,
        key: request.idempotencyKey,
        method: .setAutoRecharge,
        context: context
      )
      let walletID = try RequestFields.walletID(request.walletID)
      guard let settings = try RequestFields.autoRecharge(request.settings, field: "settings") else {
        throw Refusal.fieldInvalid(field: "settings", description: "is required")
      }
      let (wallet, firesNow) = try await saved(.setAutoRecharge(walletID, settings), origin, context)
      return SetAutoRechargeResponse(wallet: CreditsAPI.Wallet(wallet), rechargeStarted: firesNow)
    } catch {
      throw LedgerCall.status(of: error)
    }
  }

  func resumeAutoRecharge(
    _ request: ResumeAutoRechargeRequest,
    context: ServerContext
  ) async throws -> ResumeAutoRechargeResponse {
    do {
      let origin = try recharges.ledger.origin(
        of: request,
        key: request.idempotencyKey,
        method: .resumeAutoRecharge,
        context: context
      )
      let walletID = try RequestFields.walletID(request.walletID)
      let (wallet, firesNow) = try await saved(.resumeAutoRecharge(walletID), origin, context)
      return ResumeAutoRechargeResponse(wallet: CreditsAPI.Wallet(wallet), rechargeStarted: firesNow)
    } catch {
      throw LedgerCall.status(of: error)
    }
  }

  func getAutoRecharge(
    _ request: GetAutoRechargeRequest,
    context: ServerContext
  ) async throws -> GetAutoRechargeResponse {
    do {
      try recharges.ledger.authorize(context)
      let question = Query.autoRecharge(try RequestFields.walletID(request.walletID))
      guard case .autoRecharge(let reply) = try await recharges.ledger.reply(to: .ask(question), context) else {
        throw LedgerCall.misanswered
      }
      return GetAutoRechargeResponse(
        autoRecharge: reply.wallet.autoRecharge.map { CreditsAPI.AutoRecharge($0) },
        explanation: reply.explanation,
        wallet: CreditsAPI.Wallet(reply.wallet)
      )
    } catch {
      throw LedgerCall.status(of: error)
    }
  }

  private func saved(
    _ mutation: Mutation,
    _ origin: Origin,
    _ context: ServerContext
  ) async throws -> (wallet: Ledger.Wallet, firesNow: Bool) {
    guard
      case .autoRechargeSaved(let wallet, let firesNow) =
        try await recharges.ledger.reply(to: .mutate(mutation, origin), context)
    else { throw LedgerCall.misanswered }
    return (wallet, firesNow)
  }
}
