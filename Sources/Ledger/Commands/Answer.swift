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
  /// In the order they were started.
  case openRecharges([Recharge])
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
}

/// All that the Add Credits overlay shows.
package struct RechargeOptions: Hashable, Sendable {
  package var wallet: Wallet
  package var limits: RechargeLimits
  package var paymentMethod: PaymentMethod?
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
    case .reply(.openRecharges), .reply(.nothingRecorded), .reply(.expiredHolds), .reply(.wokenAutoRecharges), .refusal:
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

  /// The card that was saved, or that the wallet has after a recharge.
  package var savedPaymentMethod: PaymentMethod? {
    switch self {
    case .reply(.paymentMethod(_, let paymentMethod)): paymentMethod
    case .reply(.recharge(let reply)): reply.savedPaymentMethod
    default: nil
    }
  }
}
