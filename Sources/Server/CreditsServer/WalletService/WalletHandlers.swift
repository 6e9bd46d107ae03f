import CreditsAPI
import Ledger
import LedgerEngine
import UnixGRPC
import UnixGRPCProtobuf

/// `credits.v1.WalletService`. Its unary calls only enqueue, so they are decoded on the event loop and answered by the
/// committer.
struct WalletHandlers: DeferredWalletService {
  let ledger: LedgerCall
  let recharges: RechargeCall
  let eventRules: EventRules

  init(ledger: LedgerCall, recharges: RechargeCall, eventRules: EventRules) {
    self.ledger = ledger
    self.recharges = recharges
    self.eventRules = eventRules
  }

  func createWallet(
    _ request: CreateWalletRequest,
    context: ServerContext,
    reply: TypedReply<CreateWalletResponse>
  ) {
    ledger.answer(reply, context) {
      let origin = try ledger.origin(
        of: request,
        key: request.idempotencyKey,
        method: .createWallet,
        context: context
      )
      let currency = try RequestFields.currency(request.currencyCode, field: "currency_code")
      return .mutate(.createWallet(try RequestFields.walletID(request.walletID), currency), origin)
    } response: { reply in
      guard case .wallet(let wallet) = reply else { return nil }
      return CreateWalletResponse(wallet: Wallet(wallet))
    }
  }

  func getWallet(
    _ request: GetWalletRequest,
    context: ServerContext,
    reply: TypedReply<GetWalletResponse>
  ) {
    ledger.answer(reply, context) {
      try ledger.authorize(context)
      return .ask(.wallet(try RequestFields.walletID(request.walletID)))
    } response: { reply in
      guard case .wallet(let wallet) = reply else { return nil }
      return GetWalletResponse(wallet: Wallet(wallet))
    }
  }

  func charge(_ request: ChargeRequest, context: ServerContext, reply: TypedReply<ChargeResponse>) {
    ledger.answer(reply, context) {
      let origin = try ledger.origin(of: request, key: request.idempotencyKey, method: .charge, context: context)
      let charge = Mutation.charge(
        try RequestFields.walletID(request.walletID),
        try RequestFields.amount(request.amount),
        try RequestFields.reason(request.reason),
        reference: try RequestFields.reference(request.reference)
      )
      return .mutate(charge, origin)
    } response: { reply in
      guard case .entry(let wallet, let entry) = reply else { return nil }
      return ChargeResponse(wallet: Wallet(wallet), entry: Entry(entry, of: wallet))
    }
  }

  func refundCharge(
    _ request: RefundChargeRequest,
    context: ServerContext,
    reply: TypedReply<RefundChargeResponse>
  ) {
    ledger.answer(reply, context) {
      let origin = try ledger.origin(
        of: request,
        key: request.idempotencyKey,
        method: .refundCharge,
        context: context
      )
      let entryID = try RequestFields.entryID(request.entryID)
      return .mutate(.refundCharge(entryID, try RequestFields.amount(request.amount)), origin)
    } response: { reply in
      guard case .refund(let refund) = reply else { return nil }
      return RefundChargeResponse(
        wallet: Wallet(refund.wallet),
        entry: Entry(refund.entry, of: refund.wallet),
        refundable: Money(refund.refunded.refundable)
      )
    }
  }
}
