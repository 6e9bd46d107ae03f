import CreditsAPI
import Ledger
import UnixGRPC
import UnixGRPCProtobuf

// Holds.
extension WalletHandlers {
  func placeHold(_ request: PlaceHoldRequest, context: ServerContext, reply: TypedReply<PlaceHoldResponse>) {
    guard request.waitForRecharge else {
      return ledger.answer(reply, context) {
        try placement(request, context)
      } response: {
        Self.placed($0)
      }
    }
    Task {
      do {
        let answer = try await recharges.reply(toWaiting: try placement(request, context), context)
        guard let response = Self.placed(answer) else {
          throw LedgerCall.misanswered
        }
        reply.succeed(response)
      } catch {
        reply.fail(LedgerCall.status(of: error))
      }
    }
  }

  private func placement(_ request: PlaceHoldRequest, _ context: ServerContext) throws -> Command {
    let origin = try ledger.origin(of: request, key: request.idempotencyKey, method: .placeHold, context: context)
    let hold = Mutation.placeHold(
      try RequestFields.walletID(request.walletID),
      try RequestFields.amount(request.amount),
      try RequestFields.reason(request.reason),
      reference: try RequestFields.reference(request.reference),
      ttl: try RequestFields.lifetime(request.ttl) ?? Hold.defaultLifetime,
      waitsForRecharge: request.waitForRecharge
    )
    return .mutate(hold, origin)
  }

  private static func placed(_ reply: Reply) -> PlaceHoldResponse? {
    guard case .hold(let held) = reply else { return nil }
    return PlaceHoldResponse(
      wallet: Wallet(held.wallet),
      hold: CreditsAPI.Hold(held.hold),
      affordable: Money(held.affordable),
      lastUnit: held.isLastUnit
    )
  }

  func getHold(_ request: GetHoldRequest, context: ServerContext, reply: TypedReply<GetHoldResponse>) {
    ledger.answer(reply, context) {
      try ledger.authorize(context)
      return .ask(.hold(try RequestFields.holdID(request.holdID)))
    } response: { reply in
      guard case .hold(let held) = reply else { return nil }
      return GetHoldResponse(hold: CreditsAPI.Hold(held.hold), wallet: Wallet(held.wallet))
    }
  }

  func extendHold(_ request: ExtendHoldRequest, context: ServerContext, reply: TypedReply<ExtendHoldResponse>) {
    ledger.answer(reply, context) {
      let origin = try ledger.origin(of: request, key: request.idempotencyKey, method: .extendHold, context: context)
      let additional = try request.additionalAmount.map { money throws(Refusal) in
        try RequestFields.amount(money, field: "additional_amount")
      }
      let extending = Mutation.extendHold(
        try RequestFields.holdID(request.holdID),
        additional: additional,
        ttl: try RequestFields.lifetime(request.ttl)
      )
      return .mutate(extending, origin)
    } response: { reply in
      guard case .hold(let held) = reply else { return nil }
      return ExtendHoldResponse(
        wallet: Wallet(held.wallet),
        hold: CreditsAPI.Hold(held.hold),
        affordable: Money(held.affordable),
        lastUnit: held.isLastUnit
      )
    }
  }

  func captureHold(_ request: CaptureHoldRequest, context: ServerContext, reply: TypedReply<CaptureHoldResponse>) {
    ledger.answer(reply, context) {
      let origin = try ledger.origin(of: request, key: request.idempotencyKey, method: .captureHold, context: context)
      let capture = Mutation.captureHold(
        try RequestFields.holdID(request.holdID),
        try RequestFields.amount(request.amount),
        isFinal: request.final
      )
      return .mutate(capture, origin)
    } response: { reply in
      guard case .hold(let held) = reply else { return nil }
      return CaptureHoldResponse(
        wallet: Wallet(held.wallet),
        hold: CreditsAPI.Hold(held.hold),
        entry: held.entry.map { Entry($0, of: held.wallet) }
      )
    }
  }

  func releaseHold(_ request: ReleaseHoldRequest, context: ServerContext, reply: TypedReply<ReleaseHoldResponse>) {
    ledger.answer(reply, context) {
      let origin = try ledger.origin(of: request, key: request.idempotencyKey, method: .releaseHold, context: context)
      return .mutate(.releaseHold(try RequestFields.holdID(request.holdID)), origin)
    } response: { reply in
      guard case .hold(let held) = reply else { return nil }
      return ReleaseHoldResponse(wallet: Wallet(held.wallet), hold: CreditsAPI.Hold(held.hold))
    }
  }
}
