/// The result of a change, as its journal record keeps it: the wallet after the change, and the objects changed.
///
/// A closed, versioned set that is decoded without the operation, because watches, events, lists and verification read
/// it, one operation may write several records, and some records belong to no RPC. `indirect`, because it is passed on
/// as a whole.
package indirect enum RecordPayload: Hashable, Sendable {
  case wallet(Wallet)
  case entry(EntryReply)
  case refund(RefundReply)
  case hold(HoldReply)
  case recharge(RechargeReply)
  case paymentMethod(PaymentMethodReply)
  case removedPaymentMethod(RemovedPaymentMethodReply)
  case autoRecharge(AutoRechargeSaved)
  case rechargeRefund(RechargeRefundReply)
  case dispute(DisputeReply)
}

/// A reply that a record keeps, and that a replay of the same idempotency key returns.
package protocol RecordedReply: Hashable, Sendable {
  /// Returns nil if the payload is of another kind.
  init?(_ payload: RecordPayload)

  var payload: RecordPayload { get }
}

extension RecordPayload {
  /// The wallet after the change.
  package var wallet: Wallet {
    switch self {
    case .wallet(let wallet): wallet
    case .entry(let reply): reply.wallet
    case .refund(let reply): reply.wallet
    case .hold(let reply): reply.wallet
    case .recharge(let reply): reply.wallet
    case .paymentMethod(let reply): reply.wallet
    case .removedPaymentMethod(let reply): reply.wallet
    case .autoRecharge(let reply): reply.wallet
    case .rechargeRefund(let reply): reply.wallet
    case .dispute(let reply): reply.wallet
    }
  }

  /// The entry that the change posted; nil if it moved no money.
  package var entry: Entry? {
    switch self {
    case .entry(let reply): reply.entry
    case .refund(let reply): reply.entry
    case .hold(let reply): reply.entry
    case .recharge(let reply): reply.entry
    case .rechargeRefund(let reply): reply.entry
    case .dispute(let reply): reply.entry
    case .wallet, .paymentMethod, .removedPaymentMethod, .autoRecharge: nil
    }
  }

  package var hold: Hold? { HoldReply(self)?.hold }

  package var recharge: Recharge? { RechargeReply(self)?.recharge }

  package var rechargeRefund: RechargeRefund? { RechargeRefundReply(self)?.refund }

  package var dispute: Dispute? { DisputeReply(self)?.dispute }

  /// The card that was saved, or the wallet's default card after a recharge or a removal.
  package var savedPaymentMethod: PaymentMethod? {
    switch self {
    case .paymentMethod(let reply): reply.paymentMethod
    case .removedPaymentMethod(let reply): reply.defaultPaymentMethod
    case .recharge(let reply): reply.savedPaymentMethod
    case .wallet, .entry, .refund, .hold, .autoRecharge, .rechargeRefund, .dispute: nil
    }
  }

  /// The card that was removed.
  package var removedPaymentMethod: PaymentMethod? {
    switch self {
    case .removedPaymentMethod(let reply): reply.removed
    case .recharge(let reply): reply.removedPaymentMethod
    case .wallet, .entry, .refund, .hold, .paymentMethod, .autoRecharge, .rechargeRefund, .dispute: nil
    }
  }
}
