import CreditsAPI
import Ledger
import LedgerEngine
import UnixGRPC
import UnixGRPCProtobuf

/// The handlers of `credits.v1.WalletService`. Unary calls only enqueue operations, so they are decoded on the event loop
/// and answered by the committer.
struct WalletHandlers: DeferredWalletService {
  let ledger: LedgerCall
  let recharges: RechargeCall
  let eventRules: EventRules

  func createWallet(_ request: CreateWalletRequest, context: ServerContext, reply: TypedReply<CreateWalletResponse>) {
    ledger.answer(reply, context, to: request, key: request.idempotencyKey) {
      let currency = try RequestFields.currency(request.currencyCode, field: "currency_code")
      return CreateWallet(try RequestFields.walletID(request.walletID), currency)
    } response: {
      CreateWalletResponse(wallet: Wallet($0))
    }
  }

  func getWallet(_ request: GetWalletRequest, context: ServerContext, reply: TypedReply<GetWalletResponse>) {
    ledger.answer(reply, context) {
      GetWallet(try RequestFields.walletID(request.walletID))
    } response: {
      GetWalletResponse(wallet: Wallet($0))
    }
  }

  func charge(_ request: ChargeRequest, context: ServerContext, reply: TypedReply<ChargeResponse>) {
    guard request.waitForRecharge else {
      return ledger.answer(reply, context, to: request, key: request.idempotencyKey) {
        try Charge(request)
      } response: {
        ChargeResponse($0)
      }
    }
    recharges.answerWaiting(reply, context, to: request, key: request.idempotencyKey) {
      try Charge(request)
    } response: {
      ChargeResponse($0)
    }
  }

  func getEntry(_ request: GetEntryRequest, context: ServerContext, reply: TypedReply<GetEntryResponse>) {
    ledger.answer(reply, context) {
      GetEntry(try RequestFields.entryID(request.entryID))
    } response: {
      GetEntryResponse(entry: Entry($0.entry, of: $0.wallet), refundable: Money($0.refundable))
    }
  }

  func refundCharge(_ request: RefundChargeRequest, context: ServerContext, reply: TypedReply<RefundChargeResponse>) {
    ledger.answer(reply, context, to: request, key: request.idempotencyKey) {
      let memo = try RequestFields.memo(request.memo)
      return RefundCharge(
        try RequestFields.entryID(request.entryID),
        try RequestFields.amount(request.amount),
        memo: memo
      )
    } response: {
      RefundChargeResponse(
        wallet: Wallet($0.wallet),
        entry: Entry($0.entry, of: $0.wallet),
        refundable: Money($0.refunded.refundable)
      )
    }
  }
}

extension Charge {
  fileprivate init(_ request: ChargeRequest) throws(Refusal) {
    self.init(
      try RequestFields.walletID(request.walletID),
      try RequestFields.amount(request.amount),
      try RequestFields.reason(request.reason),
      reference: try RequestFields.reference(request.reference),
      waitsForRecharge: request.waitForRecharge
    )
  }
}

extension ChargeResponse {
  fileprivate init(_ reply: EntryReply) {
    self.init(wallet: Wallet(reply.wallet), entry: Entry(reply.entry, of: reply.wallet))
  }
}
