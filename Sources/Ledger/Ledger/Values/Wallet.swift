/// The state of a wallet. The store keeps the raw values.
package enum WalletState: String, Hashable, Sendable, CaseIterable {
  case active = "ACTIVE"
  case frozen = "FROZEN"
  case closed = "CLOSED"
}

/// A wallet as callers see it. Amounts are micros of `currency`.
package struct Wallet: Hashable, Sendable {
  package var id: WalletID
  package var currency: Currency
  package var posted: Int64
  package var held: Int64
  package var state: WalletState
  /// The number of the wallet's last journal record, contiguous from 1.
  package var sequence: Int64
  package var createTime: LedgerTime
  /// nil until automatic recharges are first set.
  package var autoRecharge: AutoRecharge?
  /// Set only in replies, because it depends on the time of the reply.
  package var cardWarning: CardWarning?

  /// No balance may leave ±2^61 micros ($2.3 trillion), so that `posted - held` cannot overflow.
  package static let balanceRange: ClosedRange<Int64> = -(1 << 61)...(1 << 61)

  package init(
    id: WalletID,
    currency: Currency,
    posted: Int64 = 0,
    held: Int64 = 0,
    state: WalletState = .active,
    sequence: Int64 = 0,
    createTime: LedgerTime,
    autoRecharge: AutoRecharge? = nil
  ) {
    self.id = id
    self.currency = currency
    self.posted = posted
    self.held = held
    self.state = state
    self.sequence = sequence
    self.createTime = createTime
    self.autoRecharge = autoRecharge
  }

  /// The wallet as it was before its first record.
  static func empty(like wallet: Wallet) -> Wallet {
    Wallet(id: wallet.id, currency: wallet.currency, createTime: wallet.createTime)
  }

  package var available: Money { Money(micros: posted - held, currency: currency) }

  /// The posted balance after adding `delta` micros; nil if it would leave `balanceRange`.
  package func posted(after delta: Int64) -> Int64? {
    let (sum, overflow) = posted.addingReportingOverflow(delta)
    return !overflow && Wallet.balanceRange.contains(sum) ? sum : nil
  }
}

/// A wallet with the state that the rules need and callers do not see.
package struct Account: Hashable, Sendable {
  package var wallet: Wallet
  package var head: ChainHead
  /// The recharge that has the wallet's one slot. Others are refused with `RECHARGE_IN_PROGRESS`.
  package var openRecharge: RechargeID?
  /// The number of the wallet's recharges that need review. They leave the slot to recharges that the customer asks for,
  /// and keep automatic ones from starting.
  package var rechargesInReview: Int64
  package var defaultPaymentMethod: PaymentMethodID?
  /// The expiry of the default card.
  package var cardExpiry: CalendarMonth?
  /// The number of refunds of the wallet's recharges that have no outcome yet.
  package var openRefunds: Int64
  /// The number of disputes that a bank has not decided yet.
  package var openDisputes: Int64
  /// The number of open holds.
  package var openHolds: Int64
  /// A lower bound of the open holds' times of expiry; nil if none is open. The earliest hold may have been extended or
  /// resolved since, so no hold need be due at this time.
  package var nextHoldExpiry: LedgerTime?

  package init(
    wallet: Wallet,
    head: ChainHead = .start,
    openRecharge: RechargeID? = nil,
    rechargesInReview: Int64 = 0,
    defaultPaymentMethod: PaymentMethodID? = nil,
    cardExpiry: CalendarMonth? = nil,
    openRefunds: Int64 = 0,
    openDisputes: Int64 = 0,
    openHolds: Int64 = 0,
    nextHoldExpiry: LedgerTime? = nil
  ) {
    self.wallet = wallet
    self.head = head
    self.openRecharge = openRecharge
    self.rechargesInReview = rechargesInReview
    self.defaultPaymentMethod = defaultPaymentMethod
    self.cardExpiry = cardExpiry
    self.openRefunds = openRefunds
    self.openDisputes = openDisputes
    self.openHolds = openHolds
    self.nextHoldExpiry = nextHoldExpiry
  }

  /// Whether a hold may be due, so that holds have to be checked.
  package func mayHaveDueHolds(at time: LedgerTime) -> Bool { nextHoldExpiry.map { $0 <= time } ?? false }
}

extension Account {
  /// The wallet as a reply at `time` reports it, with its card warning.
  package func wallet(toldAt time: LedgerTime) -> Wallet {
    var wallet = wallet
    wallet.cardWarning = cardExpiry.flatMap { CardWarning(expiry: $0, at: time) }
    return wallet
  }

  /// The same for a reply that only reads: what automatic recharges have charged is that of the current month.
  package func wallet(readAt time: LedgerTime) -> Wallet {
    var wallet = wallet(toldAt: time)
    let month = CalendarMonth(of: time)
    if let autoRecharge = wallet.autoRecharge, autoRecharge.month != month {
      wallet.autoRecharge?.reserved = 0
      wallet.autoRecharge?.month = month
    }
    return wallet
  }

  /// Makes `card` the default card; nil if none is left.
  mutating func pay(with card: PaymentMethod?) {
    defaultPaymentMethod = card?.id
    cardExpiry = card?.card.expiry
  }

  /// Whether an automatic recharge may start, so that the default card is needed.
  package var mayFire: Bool { wallet.autoRecharge?.isEnabled == true && admitsAutomaticRecharge }

  /// Whether no recharge keeps an automatic one from starting: neither the one that has the slot, nor one in review, whose
  /// card may have been charged.
  var admitsAutomaticRecharge: Bool { openRecharge == nil && rechargesInReview == 0 }
}

/// The end of a wallet's chain of journal records.
package struct ChainHead: Hashable, Sendable {
  /// The number of the last record; 0 before the first.
  package var record: Int64
  package var hash: Digest

  package static let start = ChainHead(record: 0, hash: .zero)

  package init(record: Int64, hash: Digest) {
    self.record = record
    self.hash = hash
  }
}
