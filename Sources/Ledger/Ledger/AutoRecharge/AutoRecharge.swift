/// The terms of automatic recharges: "when credit is below" `threshold`, "recharge for" `amount`.
package struct AutoRechargeTerms: Hashable, Sendable {
  package var threshold: Money
  package var amount: Money
  /// The maximum that automatic recharges may charge in one calendar month; nil for no limit.
  package var monthlyLimit: Money?

  package init(threshold: Money, amount: Money, monthlyLimit: Money? = nil) {
    self.threshold = threshold
    self.amount = amount
    self.monthlyLimit = monthlyLimit
  }
}

/// A customer's change of the settings of automatic recharges.
package struct AutoRechargeSettings: Hashable, Sendable {
  package var isEnabled: Bool
  /// nil keeps the saved terms.
  package var terms: AutoRechargeTerms?

  package init(isEnabled: Bool, terms: AutoRechargeTerms?) {
    self.isEnabled = isEnabled
    self.terms = terms
  }
}

/// A wallet's automatic recharges: the customer's settings, and the current phase.
package struct AutoRecharge: Hashable, Sendable {
  package enum Phase: Hashable, Sendable {
    /// A recharge fires once the available credits are below the threshold.
    case armed
    /// The processor is charging a recharge.
    case charging(RechargeID)
    /// A recharge waits for the cardholder to authenticate.
    case actionRequired(RechargeID)
    /// A recharge needs review: it cannot be determined by machine whether the card was charged.
    case reconciling(RechargeID)
    /// A recharge has just been paid.
    case cooldown(until: LedgerTime)
    /// A recharge was declined or failed for a reason that may pass.
    case backoff(until: LedgerTime, code: String)
    /// The card cannot be charged. Ends only when the card is replaced or the customer resumes.
    case suspended(since: LedgerTime, code: String)
    /// The next recharge would exceed the monthly limit.
    case limitReached(until: LedgerTime)
  }

  package var isEnabled: Bool
  package var terms: AutoRechargeTerms
  package var phase: Phase
  /// The declines and failures since a recharge was paid, the card was replaced, or the customer resumed.
  package var failures: Int64
  /// Whether a bank has taken a recharge back while another was under way, whose end then suspends.
  package var isDisputed: Bool
  /// The month that `reserved` counts.
  package var month: CalendarMonth
  /// The micros that the month's automatic recharges have charged, or may still charge.
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

  /// When a decision is due even if nothing else happens; nil for never.
  package var wakeTime: LedgerTime? { isEnabled ? phase.end : nil }

  package func reserved(in month: CalendarMonth) -> Int64 { month == self.month ? reserved : 0 }
}

extension AutoRecharge.Phase {
  /// When the phase ends by itself; nil if it does not.
  var end: LedgerTime? {
    switch self {
    case .cooldown(let until), .backoff(let until, _), .limitReached(let until): until
    case .armed, .charging, .actionRequired, .reconciling, .suspended: nil
    }
  }

  /// The recharge that the phase waits for.
  package var rechargeID: RechargeID? {
    switch self {
    case .charging(let id), .actionRequired(let id), .reconciling(let id): id
    case .armed, .cooldown, .backoff, .suspended, .limitReached: nil
    }
  }
}
