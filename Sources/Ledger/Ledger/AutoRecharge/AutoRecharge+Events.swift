extension AutoRecharge {
  /// An event that moves a wallet's automatic recharges from one phase to another.
  package enum Event: Hashable, Sendable {
    case saved(AutoRechargeSettings)
    /// An automatic recharge was started.
    case fired(RechargeID)
    /// The processor's result of the recharge that the phase waits for, and that recharge's amount in micros.
    case settled(Settlement, amount: Int64)
    /// An automatic recharge that was given up proves to be paid: its amount in micros, and when it was started.
    case paidAfterAll(amount: Int64, started: LedgerTime)
    /// Recharges are paid with another card from now on.
    case cardReplaced
    /// The customer has resumed automatic recharges.
    case resumed
    /// The time of a phase that ends by itself has passed.
    case phaseEnded
    /// The next recharge would exceed the monthly limit.
    case limitMet
    /// The wallet's last card was removed.
    case cardRemoved
    /// A bank has taken back a recharge of the wallet.
    case disputed
    case walletClosed
  }

  static let cooldownSeconds: Int64 = 60
  static let firstBackoffSeconds: Int64 = 3600
  /// The number of consecutive failures after which the card is not tried again.
  static let failuresBeforeSuspension: Int64 = 4
  /// Decline codes after which card networks forbid a retry, or after which a retry is pointless.
  static let hardDeclines: Set<String> = [
    "expired_card", "lost_card", "stolen_card", "pickup_card", "restricted_card", "incorrect_number", "invalid_account",
    "card_not_supported", "do_not_try_again", "revocation_of_authorization", "revocation_of_all_authorizations",
    "stop_payment_order", "fraudulent", "unknown_card",
  ]
  /// Takes the place of a decline code if the customer has removed the card.
  static let noCard = "no_card"
  /// Takes the place of a decline code if the cardholder disputes a recharge.
  static let disputed = "disputed"
  /// Takes the place of a decline code if a recharge failed for another reason.
  static let notPaid = "not_paid"

  /// Moves to the phase that `event` leads to, if any.
  package mutating func take(_ event: Event, at time: LedgerTime) {
    switch event {
    case .saved(let settings):
      isEnabled = settings.isEnabled
      if let terms = settings.terms { self.terms = terms }
      // New terms may lift the limit, but do not make a declined card good.
      if case .limitReached = phase { phase = .armed }
    case .fired(let id):
      reserve(terms.amount.micros, at: time)
      phase = .charging(id)
    case .settled(let settlement, let amount): settled(settlement, amount: amount, at: time)
    case .paidAfterAll(let amount, let started): if month == CalendarMonth(of: started) { reserved += amount }
    case .cardReplaced, .resumed:
      failures = 0
      isDisputed = false
      switch phase {
      case .backoff, .suspended: phase = .armed
      case .armed, .charging, .actionRequired, .reconciling, .cooldown, .limitReached: break
      }
    case .phaseEnded: if phase.end != nil { phase = .armed }
    case .limitMet: phase = .limitReached(until: CalendarMonth(of: time).next.start)
    case .cardRemoved: if phase.rechargeID == nil { phase = .suspended(since: time, code: Self.noCard) }
    case .disputed:
      if phase.rechargeID == nil {
        phase = .suspended(since: time, code: Self.disputed)
      } else {
        isDisputed = true
      }
    case .walletClosed: isEnabled = false
    }
  }

  private mutating func settled(_ settlement: Settlement, amount: Int64, at time: LedgerTime) {
    guard let id = phase.rechargeID else { return }
    switch settlement {
    case .paid:
      failures = 0
      phase =
        isDisputed
        ? .suspended(since: time, code: Self.disputed) : .cooldown(until: time.adding(seconds: Self.cooldownSeconds))
      isDisputed = false
    case .authenticationRequired: phase = .actionRequired(id)
    case .needsReview: phase = .reconciling(id)
    case .declined(_, let code): failed(code, amount: amount, at: time)
    case .failed: failed(Self.notPaid, amount: amount, at: time)
    }
  }

  private mutating func failed(_ code: String, amount: Int64, at time: LedgerTime) {
    // `reserved` is still of the month in which the recharge was started, because none was started since.
    reserved = max(0, reserved - amount)
    failures += 1
    if isDisputed {
      phase = .suspended(since: time, code: Self.disputed)
      isDisputed = false
    } else if Self.hardDeclines.contains(code) || failures >= Self.failuresBeforeSuspension {
      phase = .suspended(since: time, code: code)
    } else {
      let pause = Self.firstBackoffSeconds << (failures - 1)
      phase = .backoff(until: time.adding(seconds: pause), code: code)
    }
  }

  private mutating func reserve(_ micros: Int64, at time: LedgerTime) {
    let current = CalendarMonth(of: time)
    reserved = reserved(in: current) + micros
    month = current
  }
}
