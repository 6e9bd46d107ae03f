/// Where a hold stands. Only `held` sets money aside.
package enum HoldState: String, Hashable, Sendable, CaseIterable {
  case held = "HELD"
  /// Its last capture was final.
  case captured = "CAPTURED"
  case released = "RELEASED"
  /// Nobody resolved it in time. Usage that comes in late can still be captured.
  case expired = "EXPIRED"

  package enum Operation: Hashable, Sendable, CaseIterable {
    case extend
    case capture
    case release
  }

  /// What is resolved stays resolved, but for late captures: usage that was had is never free.
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
  /// All that was ever set aside: by placing, and by extending.
  package var amount: Int64
  /// What is still set aside: the hold's part of its wallet's `held`. Nothing once the hold is resolved.
  package var remaining: Int64
  /// What was charged; above `amount` where usage cost more.
  package var captured: Int64
  /// The part of `captured` for which neither the hold nor the wallet had the credits.
  package var shortfall: Int64
  package var state: HoldState
  /// True where some of `captured` came in after the hold had expired.
  package var isLate: Bool
  package var reason: ChargeReason
  package var reference: String
  /// Who placed it.
  package var caller: String
  package var expireTime: LedgerTime
  package var createTime: LedgerTime

  /// Seconds that a hold may be placed or extended for: up to a week.
  package static let lifetimeRange: ClosedRange<Int64> = 1...604_800
  /// Seconds that a hold lasts when nobody says how long.
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

  /// An open hold is due from this time on.
  package func isDue(at time: LedgerTime) -> Bool { isOpen && expireTime <= time }
}
