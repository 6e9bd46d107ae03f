import CreditsAPI
import Ledger
import UnixGRPC
import UnixGRPCProtobuf

// Holds.
extension WalletHandlers {
  func placeHold(_ request: PlaceHoldRequest, context: ServerContext, reply: TypedReply<PlaceHoldResponse>) {
    guard request.waitForRecharge else {
      return ledger.answer(reply, context, to: request, key: request.idempotencyKey) {
        try PlaceHold(request)
      } response: {
        PlaceHoldResponse($0)
      }
    }
    recharges.answerWaiting(reply, context, to: request, key: request.idempotencyKey) {
      try PlaceHold(request)
    } response: {
      PlaceHoldResponse($0)
    }
  }

  func getHold(_ request: GetHoldRequest, context: ServerContext, reply: TypedReply<GetHoldResponse>) {
    ledger.answer(reply, context) {
      GetHold(try RequestFields.holdID(request.holdID))
    } response: {
      GetHoldResponse(hold: CreditsAPI.Hold($0.hold), wallet: Wallet($0.wallet))
    }
  }

  func extendHold(_ request: ExtendHoldRequest, context: ServerContext, reply: TypedReply<ExtendHoldResponse>) {
    ledger.answer(reply, context, to: request, key: request.idempotencyKey) {
      let additional = try request.additionalAmount.map { money throws(Refusal) in
        try RequestFields.amount(money, field: "additional_amount")
      }
      return ExtendHold(
        try RequestFields.holdID(request.holdID),
        additional: additional,
        ttl: try RequestFields.lifetime(request.ttl)
      )
    } response: {
      ExtendHoldResponse(
        wallet: Wallet($0.wallet),
        hold: CreditsAPI.Hold($0.hold),
        affordable: Money($0.affordable),
        lastUnit: $0.isLastUnit
      )
    }
  }

  func captureHold(_ request: CaptureHoldRequest, context: ServerContext, reply: TypedReply<CaptureHoldResponse>) {
    ledger.answer(reply, context, to: request, key: request.idempotencyKey) {
      CaptureHold(
        try RequestFields.holdID(request.holdID),
        try RequestFields.amount(request.amount),
        isFinal: request.final
      )
    } response: { reply in
      CaptureHoldResponse(
        wallet: Wallet(reply.wallet),
        hold: CreditsAPI.Hold(reply.hold),
        entry: reply.entry.map { Entry($0, of: reply.wallet) }
      )
    }
  }

  func releaseHold(_ request: ReleaseHoldRequest, context: ServerContext, reply: TypedReply<ReleaseHoldResponse>) {
    ledger.answer(reply, context, to: request, key: request.idempotencyKey) {
      ReleaseHold(try RequestFields.holdID(request.holdID))
    } response: {
      ReleaseHoldResponse(wallet: Wallet($0.wallet), hold: CreditsAPI.Hold($0.hold))
    }
  }
}

extension PlaceHold {
  fileprivate init(_ request: PlaceHoldRequest) throws(Refusal) {
    self.init(
      try RequestFields.walletID(request.walletID),
      try RequestFields.amount(request.amount),
      try RequestFields.reason(request.reason),
      reference: try RequestFields.reference(request.reference),
      ttl: try RequestFields.lifetime(request.ttl) ?? Hold.defaultLifetime,
      waitsForRecharge: request.waitForRecharge
    )
  }
}

extension PlaceHoldResponse {
  fileprivate init(_ reply: HoldReply) {
    self.init(
      wallet: Wallet(reply.wallet),
      hold: CreditsAPI.Hold(reply.hold),
      affordable: Money(reply.affordable),
      lastUnit: reply.isLastUnit
    )
  }
}
