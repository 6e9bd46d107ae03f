/// The state of a hold. Only `held` sets money aside.
package enum HoldState: String, Hashable, Sendable, CaseIterable {
  case held = "HELD"
  /// A final capture has ended the hold.
  case captured = "CAPTURED"
  case released = "RELEASED"
  /// The hold was not resolved in time. Late usage can still be captured.
  case expired = "EXPIRED"

  package enum Operation: Hashable, Sendable, CaseIterable {
    case extend
    case capture
    case release
  }

  /// Whether the state allows the operation. An expired hold still allows captures, because usage is never free.
  package func allows(_ operation: Operation) -> Bool {
    switch self {
    case .held: true
    case .expired: operation == .capture
    case .captured, .released: false
    }
  }
}

/// Money set aside for usage whose price is not yet known. Amounts are micros of `currency`.
package struct Hold: Hashable, Sendable {
  package var id: HoldID
  package var walletID: WalletID
  package var currency: Currency
  /// The sum of all amounts set aside by placing and extending the hold.
  package var amount: Int64
  /// The amount still set aside: the hold's part of its wallet's `held`. 0 once the hold is resolved.
  package var remaining: Int64
  /// The amount captured, which is above `amount` if the usage cost more.
  package var captured: Int64
  /// The part of `captured` that neither the hold nor the wallet's available credits covered.
  package var shortfall: Int64
  package var state: HoldState
  /// Whether part of `captured` was captured after the hold had expired.
  package var isLate: Bool
  package var reason: ChargeReason
  package var reference: String
  /// The caller that placed the hold.
  package var caller: String
  package var expireTime: LedgerTime
  package var createTime: LedgerTime

  /// How long a hold may be placed or extended for, in seconds: up to a week.
  package static let lifetimeRange: ClosedRange<Int64> = 1...604_800
  /// How long a hold lasts if the caller gives no time, in seconds.
  package static let defaultLifetime: Int64 = 600

  package init(
    id: HoldID,
    walletID: WalletID,
    currency: Currency,
    amount: Int64,
    remaining: Int64,
    captured: Int64 = 0,
    shortfall: Int64 = 0,
    state: HoldState = .held,
    isLate: Bool = false,
    reason: ChargeReason,
    reference: String,
    caller: String,
    expireTime: LedgerTime,
    createTime: LedgerTime
  ) {
    self.id = id
    self.walletID = walletID
    self.currency = currency
    self.amount = amount
    self.remaining = remaining
    self.captured = captured
    self.shortfall = shortfall
    self.state = state
    self.isLate = isLate
    self.reason = reason
    self.reference = reference
    self.caller = caller
    self.expireTime = expireTime
    self.createTime = createTime
  }

  package var isOpen: Bool { state == .held }

  /// Whether the hold is open and its time of expiry has come.
  package func isDue(at time: LedgerTime) -> Bool { isOpen && expireTime <= time }
}
