import CreditsAPI
import Ledger
import UnixGRPC

extension RechargeHandlers {
  func setAutoRecharge(
    _ request: SetAutoRechargeRequest,
    context: ServerContext
  ) async throws -> SetAutoRechargeResponse {
    let origin = try recharges.ledger.origin(
      of: request,
      key: request.idempotencyKey,
      for: SetAutoRecharge.self,
      context
    )
    let walletID = try RequestFields.walletID(request.walletID)
    guard let settings = try RequestFields.autoRecharge(request.settings, field: "settings") else {
      throw Refusal.fieldInvalid(field: "settings", description: "is required")
    }
    let saved = try await recharges.ledger.reply(
      to: Request(SetAutoRecharge(walletID, settings), from: origin),
      context
    )
    return SetAutoRechargeResponse(wallet: CreditsAPI.Wallet(saved.wallet), rechargeStarted: saved.firesNow)
  }

  func resumeAutoRecharge(
    _ request: ResumeAutoRechargeRequest,
    context: ServerContext
  ) async throws -> ResumeAutoRechargeResponse {
    let origin = try recharges.ledger.origin(
      of: request,
      key: request.idempotencyKey,
      for: ResumeAutoRecharge.self,
      context
    )
    let walletID = try RequestFields.walletID(request.walletID)
    let saved = try await recharges.ledger.reply(to: Request(ResumeAutoRecharge(walletID), from: origin), context)
    return ResumeAutoRechargeResponse(wallet: CreditsAPI.Wallet(saved.wallet), rechargeStarted: saved.firesNow)
  }

  func getAutoRecharge(
    _ request: GetAutoRechargeRequest,
    context: ServerContext
  ) async throws -> GetAutoRechargeResponse {
    let question = GetAutoRecharge(try RequestFields.walletID(request.walletID))
    let reply = try await recharges.ledger.reply(to: question, context)
    return GetAutoRechargeResponse(
      autoRecharge: reply.wallet.autoRecharge.map { CreditsAPI.AutoRecharge($0) },
      explanation: reply.explanation,
      wallet: CreditsAPI.Wallet(reply.wallet)
    )
  }
}
