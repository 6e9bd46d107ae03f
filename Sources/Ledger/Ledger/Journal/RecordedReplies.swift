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

/// What a refund of usage gave back, and what is left to give back.
package struct RefundReply: RecordedReply {
  package var wallet: Wallet
  package var entry: Entry
  /// The refunded entry, after the refund.
  package var refunded: EntryBook
}

extension RefundReply {
  package init?(_ payload: RecordPayload) {
    guard case .refund(let reply) = payload else { return nil }
    self = reply
  }

  package var payload: RecordPayload { .refund(self) }
}

/// A hold as one of its transitions left it.
package struct HoldReply: RecordedReply {
  package var wallet: Wallet
  package var hold: Hold
  /// What a capture posted.
  package var entry: Entry?
  /// After placing and extending: as much again could not be held.
  package var isLastUnit: Bool

  init(wallet: Wallet, hold: Hold, entry: Entry? = nil, isLastUnit: Bool = false) {
    self.wallet = wallet
    self.hold = hold
    self.entry = entry
    self.isLastUnit = isLastUnit
  }

  /// What the wallet could still spend.
  package var affordable: Money { wallet.available }
}

extension HoldReply {
  package init?(_ payload: RecordPayload) {
    guard case .hold(let reply) = payload else { return nil }
    self = reply
  }

  package var payload: RecordPayload { .hold(self) }
}

/// A recharge as one of its transitions left it.
package struct RechargeReply: RecordedReply {
  package var wallet: Wallet
  package var recharge: Recharge
  /// What credited the wallet; nil until paid.
  package var entry: Entry?
  /// The wallet's card after the transition.
  package var savedPaymentMethod: PaymentMethod?
  /// A card that the transition took away: the one that a paid card replaced, or a new card that did not pay.
  package var removedPaymentMethod: PaymentMethod?
}

extension RechargeReply {
  package init?(_ payload: RecordPayload) {
    guard case .recharge(let reply) = payload else { return nil }
    self = reply
  }

  package var payload: RecordPayload { .recharge(self) }
}

/// A card that was saved or chosen.
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

/// A card that was removed, and the card that is charged now.
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

/// A wallet whose automatic recharges were changed.
package struct AutoRechargeSaved: RecordedReply {
  package var wallet: Wallet
  /// Whether the same commit begins a recharge.
  package var firesNow: Bool
}

extension AutoRechargeSaved {
  package init?(_ payload: RecordPayload) {
    guard case .autoRecharge(let reply) = payload else { return nil }
    self = reply
  }

  package var payload: RecordPayload { .autoRecharge(self) }
}

/// A refund of a recharge as one of its transitions left it.
package struct RechargeRefundReply: RecordedReply {
  package var wallet: Wallet
  package var refund: RechargeRefund
  /// What it took from the wallet, or what the wallet got again when the bank returned it.
  package var entry: Entry?
}

extension RechargeRefundReply {
  package init?(_ payload: RecordPayload) {
    guard case .rechargeRefund(let reply) = payload else { return nil }
    self = reply
  }

  package var payload: RecordPayload { .rechargeRefund(self) }
}

/// A dispute as its last update left it.
package struct DisputeReply: RecordedReply {
  package var wallet: Wallet
  package var dispute: Dispute
  /// nil where no money moved.
  package var entry: Entry?
}

extension DisputeReply {
  package init?(_ payload: RecordPayload) {
    guard case .dispute(let reply) = payload else { return nil }
    self = reply
  }

  package var payload: RecordPayload { .dispute(self) }
}
