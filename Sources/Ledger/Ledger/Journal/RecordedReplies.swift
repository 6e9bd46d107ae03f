extension Wallet: RecordedReply {
  package init?(_ payload: RecordPayload) {
    guard case .wallet(let wallet) = payload else { return nil }
    self = wallet
  }

  package var payload: RecordPayload { .wallet(self) }
}

/// A wallet, and the entry that was posted to it.
package struct EntryReply: RecordedReply {
  package var wallet: Wallet
  package var entry: Entry
}

extension EntryReply {
  package init?(_ payload: RecordPayload) {
    guard case .entry(let reply) = payload else { return nil }
    self = reply
  }

  package var payload: RecordPayload { .entry(self) }
}

/// A refund of usage: the entry that it posted, and the refunded entry.
package struct RefundReply: RecordedReply {
  package var wallet: Wallet
  package var entry: Entry
  /// The refunded entry, after the refund.
  package var refunded: RecordedEntry
}

extension RefundReply {
  package init?(_ payload: RecordPayload) {
    guard case .refund(let reply) = payload else { return nil }
    self = reply
  }

  package var payload: RecordPayload { .refund(self) }
}

/// A hold after one of its transitions.
package struct HoldReply: RecordedReply {
  package var wallet: Wallet
  package var hold: Hold
  /// The entry that a capture posted; nil if no money moved.
  package var entry: Entry?
  /// After placing or extending: whether the same amount could not be held again.
  package var isLastUnit: Bool

  init(wallet: Wallet, hold: Hold, entry: Entry? = nil, isLastUnit: Bool = false) {
    self.wallet = wallet
    self.hold = hold
    self.entry = entry
    self.isLastUnit = isLastUnit
  }

  /// What the wallet can still spend: nothing where it has less than nothing.
  package var affordable: Money { Money(micros: max(0, wallet.available.micros), currency: wallet.currency) }
}

extension HoldReply {
  package init?(_ payload: RecordPayload) {
    guard case .hold(let reply) = payload else { return nil }
    self = reply
  }

  package var payload: RecordPayload { .hold(self) }
}

/// A recharge after one of its transitions.
package struct RechargeReply: RecordedReply {
  package var wallet: Wallet
  package var recharge: Recharge
  /// The entry that credited the wallet; nil until the recharge is paid.
  package var entry: Entry?
  /// The wallet's default card after the transition.
  package var savedPaymentMethod: PaymentMethod?
  /// The card that the transition removed: the one that the new card replaced, or a new card that did not pay.
  package var removedPaymentMethod: PaymentMethod?
}

extension RechargeReply {
  package init?(_ payload: RecordPayload) {
    guard case .recharge(let reply) = payload else { return nil }
    self = reply
  }

  package var payload: RecordPayload { .recharge(self) }
}

/// A wallet, and the card that was saved, read or made its default.
package struct PaymentMethodReply: RecordedReply {
  package var wallet: Wallet
  package var paymentMethod: PaymentMethod
}

extension PaymentMethodReply {
  package init?(_ payload: RecordPayload) {
    guard case .paymentMethod(let reply) = payload else { return nil }
    self = reply
  }

  package var payload: RecordPayload { .paymentMethod(self) }
}

/// A card that was removed, and the wallet's default card after that.
package struct RemovedPaymentMethodReply: RecordedReply {
  package var wallet: Wallet
  package var removed: PaymentMethod
  package var defaultPaymentMethod: PaymentMethod?
}

extension RemovedPaymentMethodReply {
  package init?(_ payload: RecordPayload) {
    guard case .removedPaymentMethod(let reply) = payload else { return nil }
    self = reply
  }

  package var payload: RecordPayload { .removedPaymentMethod(self) }
}

/// A wallet after a change of its automatic recharges.
package struct AutoRechargeSaved: RecordedReply {
  package var wallet: Wallet
  /// Whether the same commit starts a recharge.
  package var firesNow: Bool
}

extension AutoRechargeSaved {
  package init?(_ payload: RecordPayload) {
    guard case .autoRecharge(let reply) = payload else { return nil }
    self = reply
  }

  package var payload: RecordPayload { .autoRecharge(self) }
}

/// A refund of a recharge after one of its transitions.
package struct RechargeRefundReply: RecordedReply {
  package var wallet: Wallet
  package var refund: RechargeRefund
  /// The entry that debited the wallet, or credited it again after the bank returned the refund; nil if no money moved.
  package var entry: Entry?
}

extension RechargeRefundReply {
  package init?(_ payload: RecordPayload) {
    guard case .rechargeRefund(let reply) = payload else { return nil }
    self = reply
  }

  package var payload: RecordPayload { .rechargeRefund(self) }
}

/// A dispute after its last update.
package struct DisputeReply: RecordedReply {
  package var wallet: Wallet
  package var dispute: Dispute
  /// The entry that the update posted; nil if no money moved.
  package var entry: Entry?
}

extension DisputeReply {
  package init?(_ payload: RecordPayload) {
    guard case .dispute(let reply) = payload else { return nil }
    self = reply
  }

  package var payload: RecordPayload { .dispute(self) }
}
