/// The raw values are what a person reads in the store.
package enum WalletState: String, Hashable, Sendable, CaseIterable {
  case active = "ACTIVE"
  case frozen = "FROZEN"
  case closed = "CLOSED"
}

/// What callers see of a wallet. Amounts are micros of `currency`.
package struct Wallet: Hashable, Sendable {
  package var id: WalletID
  package var currency: Currency
  package var posted: Int64
  package var held: Int64
  package var state: WalletState
  /// The number of the wallet's last journal record, contiguous from 1.
  package var sequence: Int64
  package var createTime: LedgerTime
  /// nil as long as nobody has set it.
  package var autoRecharge: AutoRecharge?
  /// In answers only: it depends on when they are given.
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

  /// A wallet before its first record.
  static func empty(like wallet: Wallet) -> Wallet {
    Wallet(id: wallet.id, currency: wallet.currency, createTime: wallet.createTime)
  }

  package var available: Money { Money(micros: posted - held, currency: currency) }

  /// The posted balance after `delta` micros, or nil where it would leave `balanceRange`.
  package func posted(after delta: Int64) -> Int64? {
    let (sum, overflow) = posted.addingReportingOverflow(delta)
    return !overflow && Wallet.balanceRange.contains(sum) ? sum : nil
  }
}

/// A wallet and what the rules need beside it.
package struct Account: Hashable, Sendable {
  package var wallet: Wallet
  package var head: ChainHead
  /// The one slot for recharges: whoever finds it taken gets `RECHARGE_IN_PROGRESS`.
  package var openRecharge: RechargeID?
  package var defaultPaymentMethod: PaymentMethodID?
  /// Of the default card.
  package var cardExpiry: CalendarMonth?
  /// How many of the refunds of its recharges have no outcome yet.
  package var openRefunds: Int64
  /// How many of its recharges are disputed at banks that have not decided yet.
  package var openDisputes: Int64
  /// How many of the wallet's holds are open.
  package var openHolds: Int64
  /// No open hold expires before this; nil where none is open. The earliest hold may have been extended or resolved
  /// since, so that nothing need be due when the time comes.
  package var nextHoldExpiry: LedgerTime?

  package init(
    wallet: Wallet,
    head: ChainHead = .start,
    openRecharge: RechargeID? = nil,
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
    self.defaultPaymentMethod = defaultPaymentMethod
    self.cardExpiry = cardExpiry
    self.openRefunds = openRefunds
    self.openDisputes = openDisputes
    self.openHolds = openHolds
    self.nextHoldExpiry = nextHoldExpiry
  }

  /// Whether a hold may be due, so that it is worth looking for.
  package func mayHaveDueHolds(at time: LedgerTime) -> Bool { nextHoldExpiry.map { $0 <= time } ?? false }
}

extension Account {
  /// The wallet as it is told at `time`.
  package func wallet(toldAt time: LedgerTime) -> Wallet {
    var wallet = wallet
    wallet.cardWarning = cardExpiry.flatMap { CardWarning(expiry: $0, at: time) }
    return wallet
  }

  /// Makes `card` the one that recharges are paid with; nil where there is none left.
  mutating func pay(with card: PaymentMethod?) {
    defaultPaymentMethod = card?.id
    cardExpiry = card?.card.expiry
  }

  /// Whether the wallet may recharge itself, so that its card is needed.
  package var mayFire: Bool { wallet.autoRecharge?.isEnabled == true && openRecharge == nil }
}

/// The end of a wallet's chain of journal records.
package struct ChainHead: Hashable, Sendable {
  /// 0 before the first record.
  package var record: Int64
  package var hash: Digest

  package static let start = ChainHead(record: 0, hash: .zero)

  package init(record: Int64, hash: Digest) {
    self.record = record
    self.hash = hash
  }
}
