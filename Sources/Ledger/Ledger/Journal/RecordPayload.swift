/// What a record keeps of the change that it made: the wallet afterwards, and whatever was made or changed.
///
/// A closed, versioned set, decodable without the operation: watches, events, lists and the proof read it, one operation
/// may write several records, and some records belong to no rpc. Boxed, because it is handed on as a whole.
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

/// A reply that a record keeps, so that the same key gets it again.
package protocol RecordedReply: Hashable, Sendable {
  /// nil where the payload is of another kind.
  init?(_ payload: RecordPayload)

  var payload: RecordPayload { get }
}

// What payloads have in common, whatever their kind.

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

  /// What the change posted; nil where it moved no money.
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

  /// The card that was saved, or that the wallet has after a recharge or a removal.
  package var savedPaymentMethod: PaymentMethod? {
    switch self {
    case .paymentMethod(let reply): reply.paymentMethod
    case .removedPaymentMethod(let reply): reply.defaultPaymentMethod
    case .recharge(let reply): reply.savedPaymentMethod
    case .wallet, .entry, .refund, .hold, .autoRecharge, .rechargeRefund, .dispute: nil
    }
  }

  /// The card that was taken away.
  package var removedPaymentMethod: PaymentMethod? {
    switch self {
    case .removedPaymentMethod(let reply): reply.removed
    case .recharge(let reply): reply.removedPaymentMethod
    case .wallet, .entry, .refund, .hold, .paymentMethod, .autoRecharge, .rechargeRefund, .dispute: nil
    }
  }
}
