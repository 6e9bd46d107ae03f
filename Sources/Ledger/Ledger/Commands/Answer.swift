/// What a command came to: the part that is recorded for its key.
package enum Answer: Hashable, Sendable {
  case reply(Reply)
  case refusal(Refusal)
}

/// Post-state: the wallet after the command and what it made. Boxed, because it is recorded and handed on as a whole.
package indirect enum Reply: Hashable, Sendable {
  case wallet(Wallet)
  case entry(Wallet, Entry)
  case refund(RefundReply)
  case hold(HoldReply)
  case recharge(RechargeReply)
  case paymentMethod(Wallet, PaymentMethod)
  case rechargeOptions(RechargeOptions)
  case rechargeHistory(RechargeHistory)
  case rechargeRefund(RechargeRefundReply)
  case dispute(DisputeReply)
  /// A card was removed; the other is the one that is charged now.
  case paymentMethodRemoved(Wallet, PaymentMethod, default: PaymentMethod?)
  /// All saved cards, the newest first.
  case paymentMethods(Wallet, [PaymentMethod], default: PaymentMethodID?)
  case openErrands(OpenErrands)
  case tokenUse(TokenUse)
  /// Nothing stands recorded for the key asked about.
  case nothingRecorded
  /// How many holds the batch has expired.
  case expiredHolds(Int)
  case autoRecharge(AutoRechargeReply)
  /// `firesNow` says that the same commit begins a recharge.
  case autoRechargeSaved(Wallet, firesNow: Bool)
  /// How many wallets' automatic recharges were woken.
  case wokenAutoRecharges(Int)
}

/// What a refund gave back, and what is left of the entry to give.
package struct RefundReply: Hashable, Sendable {
  package var wallet: Wallet
  package var entry: Entry
  /// What was refunded, after the refund.
  package var refunded: EntryBook
}

/// A hold as one of its transitions left it.
package struct HoldReply: Hashable, Sendable {
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

/// A recharge as one of its transitions left it.
package struct RechargeReply: Hashable, Sendable {
  package var wallet: Wallet
  package var recharge: Recharge
  /// What credited the wallet; nil until paid.
  package var entry: Entry?
  /// The wallet's card after the transition.
  package var savedPaymentMethod: PaymentMethod?
  /// A card that the transition has taken away: the one that a paid one replaced, or a new one that did not pay.
  package var removedPaymentMethod: PaymentMethod?

  init(
    wallet: Wallet,
    recharge: Recharge,
    entry: Entry?,
    savedPaymentMethod: PaymentMethod?,
    removedPaymentMethod: PaymentMethod? = nil
  ) {
    self.wallet = wallet
    self.recharge = recharge
    self.entry = entry
    self.savedPaymentMethod = savedPaymentMethod
    self.removedPaymentMethod = removedPaymentMethod
  }
}

/// A refund of a recharge as one of its transitions left it.
package struct RechargeRefundReply: Hashable, Sendable {
  package var wallet: Wallet
  package var refund: RechargeRefund
  /// What it took from the wallet, or what the wallet got again when the bank would not have it.
  package var entry: Entry?
}

/// A dispute as the last news of it left it.
package struct DisputeReply: Hashable, Sendable {
  package var wallet: Wallet
  package var dispute: Dispute
  /// nil where no money moved.
  package var entry: Entry?
}

/// A recharge and what became of its money since.
package struct RechargeHistory: Hashable, Sendable {
  package var recharge: RechargeReply
  /// The oldest first, as are the disputes.
  package var refunds: [RechargeRefund]
  package var disputes: [Dispute]

  /// What can still be given back.
  package var refundable: Money
}

/// Whether a card is charged by a token.
package enum TokenUse: Hashable, Sendable {
  case unused
  /// One is, or may soon be.
  case used
  /// The card of the open recharge has its final token only when the processor has made it ready.
  case undecided
}

/// What is with the processor, each in the order in which it was begun.
package struct OpenErrands: Hashable, Sendable {
  package var recharges: [Recharge]
  package var refunds: [RechargeRefund]
  /// To be forgotten by the processor.
  package var removedPaymentMethods: [PaymentMethod]

  package init(
    recharges: [Recharge] = [],
    refunds: [RechargeRefund] = [],
    removedPaymentMethods: [PaymentMethod] = []
  ) {
    self.recharges = recharges
    self.refunds = refunds
    self.removedPaymentMethods = removedPaymentMethods
  }
}

/// All that the Add Credits overlay shows.
package struct RechargeOptions: Hashable, Sendable {
  package var wallet: Wallet
  package var limits: RechargeLimits
  /// The default card.
  package var paymentMethod: PaymentMethod?
  /// The newest first.
  package var savedPaymentMethods: [PaymentMethod]
  package var openRecharge: RechargeID?
}

/// A wallet's automatic recharges, and what to say of them.
package struct AutoRechargeReply: Hashable, Sendable {
  package var wallet: Wallet
  package var explanation: String
  package var openRecharge: RechargeID?
}

package struct Outcome: Hashable, Sendable {
  package var answer: Answer
  /// True where an earlier request with the same key had the effect.
  package var isReplay: Bool

  package init(answer: Answer, isReplay: Bool) {
    self.answer = answer
    self.isReplay = isReplay
  }
}

// What answers have in common, whatever they answer.

extension Answer {
  /// The wallet after the command.
  package var wallet: Wallet? {
    switch self {
    case .reply(.wallet(let wallet)), .reply(.entry(let wallet, _)), .reply(.paymentMethod(let wallet, _)),
      .reply(.autoRechargeSaved(let wallet, _)):
      wallet
    case .reply(.refund(let reply)): reply.wallet
    case .reply(.hold(let reply)): reply.wallet
    case .reply(.recharge(let reply)): reply.wallet
    case .reply(.rechargeOptions(let options)): options.wallet
    case .reply(.autoRecharge(let reply)): reply.wallet
    case .reply(.rechargeHistory(let history)): history.recharge.wallet
    case .reply(.rechargeRefund(let reply)): reply.wallet
    case .reply(.dispute(let reply)): reply.wallet
    case .reply(.paymentMethodRemoved(let wallet, _, _)), .reply(.paymentMethods(let wallet, _, _)): wallet
    case .reply(.openErrands), .reply(.tokenUse), .reply(.nothingRecorded), .reply(.expiredHolds),
      .reply(.wokenAutoRecharges), .refusal:
      nil
    }
  }

  /// What the command posted.
  package var entry: Entry? {
    switch self {
    case .reply(.entry(_, let entry)): entry
    case .reply(.refund(let reply)): reply.entry
    case .reply(.hold(let reply)): reply.entry
    case .reply(.recharge(let reply)): reply.entry
    case .reply(.rechargeRefund(let reply)): reply.entry
    case .reply(.dispute(let reply)): reply.entry
    default: nil
    }
  }

  package var hold: Hold? {
    guard case .reply(.hold(let reply)) = self else { return nil }
    return reply.hold
  }

  package var recharge: Recharge? {
    guard case .reply(.recharge(let reply)) = self else { return nil }
    return reply.recharge
  }

  package var rechargeRefund: RechargeRefund? {
    guard case .reply(.rechargeRefund(let reply)) = self else { return nil }
    return reply.refund
  }

  package var dispute: Dispute? {
    guard case .reply(.dispute(let reply)) = self else { return nil }
    return reply.dispute
  }

  /// The card that was saved, or that the wallet has after a recharge or a removal.
  package var savedPaymentMethod: PaymentMethod? {
    switch self {
    case .reply(.paymentMethod(_, let paymentMethod)): paymentMethod
    case .reply(.paymentMethodRemoved(_, _, let paymentMethod)): paymentMethod
    case .reply(.recharge(let reply)): reply.savedPaymentMethod
    default: nil
    }
  }

  /// The card that was taken away.
  package var removedPaymentMethod: PaymentMethod? {
    switch self {
    case .reply(.paymentMethodRemoved(_, let paymentMethod, _)): paymentMethod
    case .reply(.recharge(let reply)): reply.removedPaymentMethod
    default: nil
    }
  }
}
