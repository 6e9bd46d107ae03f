/// "When credit is below" and "recharge for", as a customer saved them.
package struct AutoRechargeTerms: Hashable, Sendable {
  package var threshold: Money
  package var amount: Money
  /// The most that automatic recharges may charge in one calendar month; nil for no limit.
  package var monthlyLimit: Money?

  package init(threshold: Money, amount: Money, monthlyLimit: Money? = nil) {
    self.threshold = threshold
    self.amount = amount
    self.monthlyLimit = monthlyLimit
  }
}

/// What a customer asks of automatic recharges.
package struct AutoRechargeSettings: Hashable, Sendable {
  package var isEnabled: Bool
  /// nil leaves those that are saved.
  package var terms: AutoRechargeTerms?

  package init(isEnabled: Bool, terms: AutoRechargeTerms?) {
    self.isEnabled = isEnabled
    self.terms = terms
  }
}

/// A wallet's automatic recharges: what the customer wants, and how far it has come.
package struct AutoRecharge: Hashable, Sendable {
  package enum Phase: Hashable, Sendable {
    /// It fires once what is available is below the threshold.
    case armed
    /// One is with the processor.
    case charging(RechargeID)
    /// One waits for the cardholder.
    case actionRequired(RechargeID)
    /// Of one it cannot be learned by machine whether the card was charged.
    case reconciling(RechargeID)
    /// One has been paid just now.
    case cooldown(until: LedgerTime)
    /// One was declined, for a reason that may pass.
    case backoff(until: LedgerTime, code: String)
    /// The card will not do. Only another card or the customer's word ends it.
    case suspended(since: LedgerTime, code: String)
    /// The next one would take more than the month's limit.
    case limitReached(until: LedgerTime)
  }

  package var isEnabled: Bool
  package var terms: AutoRechargeTerms
  package var phase: Phase
  /// Declines and failures since a recharge was paid, the card replaced, or the customer resumed.
  package var failures: Int64
  /// A bank has taken something back while a recharge was under way: that one is the last.
  package var isDisputed: Bool
  /// The month that `reserved` counts.
  package var month: CalendarMonth
  /// Micros that the month's automatic recharges have charged, or may yet.
  package var reserved: Int64

  package init(
    isEnabled: Bool,
    terms: AutoRechargeTerms,
    phase: Phase = .armed,
    failures: Int64 = 0,
    isDisputed: Bool = false,
    month: CalendarMonth = CalendarMonth(number: 0),
    reserved: Int64 = 0
  ) {
    self.isEnabled = isEnabled
    self.terms = terms
    self.phase = phase
    self.failures = failures
    self.isDisputed = isDisputed
    self.month = month
    self.reserved = reserved
  }

  /// When it has to be looked at again though nothing else happens; nil for never.
  package var wakeTime: LedgerTime? { isEnabled ? phase.end : nil }

  package func reserved(in month: CalendarMonth) -> Int64 { month == self.month ? reserved : 0 }
}

extension AutoRecharge.Phase {
  /// When a phase ends that ends by itself.
  var end: LedgerTime? {
    switch self {
    case .cooldown(let until), .backoff(let until, _), .limitReached(let until): until
    case .armed, .charging, .actionRequired, .reconciling, .suspended: nil
    }
  }

  /// The recharge that it waits for.
  package var rechargeID: RechargeID? {
    switch self {
    case .charging(let id), .actionRequired(let id), .reconciling(let id): id
    case .armed, .cooldown, .backoff, .suspended, .limitReached: nil
    }
  }
}
