extension AutoRecharge {
  /// What moves a wallet's automatic recharges from one phase to another.
  package enum Event: Hashable, Sendable {
    case saved(AutoRechargeSettings)
    /// A recharge was begun.
    case fired(RechargeID)
    /// The processor's word on the recharge that it waits for, of so many micros.
    case settled(Settlement, amount: Int64)
    /// Another card pays from now on.
    case cardReplaced
    /// The customer says that it shall go on.
    case resumed
    /// A phase has ended by itself.
    case timeCame
    /// The next recharge would take more than the month's limit.
    case limitMet
    /// The last card is gone.
    case cardRemoved
    /// A bank has taken back what was paid with a card of the wallet.
    case disputed
    case walletClosed
  }

  static let cooldownSeconds: Int64 = 60
  static let firstBackoffSeconds: Int64 = 3600
  /// So many declines in a row, and the card is not tried again.
  static let failuresBeforeSuspension: Int64 = 4
  /// Card networks forbid to try again after these, or it is pointless.
  static let hardDeclines: Set<String> = [
    "expired_card", "lost_card", "stolen_card", "pickup_card", "restricted_card", "incorrect_number", "invalid_account",
    "card_not_supported", "do_not_try_again", "revocation_of_authorization", "revocation_of_all_authorizations",
    "stop_payment_order", "fraudulent", "unknown_card",
  ]
  /// Stands for a decline code where the customer has taken the card away.
  static let noCard = "no_card"
  /// Stands for a decline code where the cardholder wants money back from the bank.
  static let disputed = "disputed"
  /// Stands for a decline code where a recharge ended unpaid for another reason.
  static let notPaid = "not_paid"

  package mutating func take(_ event: Event, at time: LedgerTime) {
    switch event {
    case .saved(let settings):
      isEnabled = settings.isEnabled
      if let terms = settings.terms { self.terms = terms }
      // Only the limit depends on the terms; what is wrong with the card stays wrong.
      if case .limitReached = phase { phase = .armed }
    case .fired(let id):
      reserve(terms.amount.micros, at: time)
      phase = .charging(id)
    case .settled(let settlement, let amount): settled(settlement, amount: amount, at: time)
    case .cardReplaced, .resumed:
      failures = 0
      isDisputed = false
      switch phase {
      case .backoff, .suspended: phase = .armed
      case .armed, .charging, .actionRequired, .reconciling, .cooldown, .limitReached: break
      }
    case .timeCame: if phase.end != nil { phase = .armed }
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
    // Of the month in which it was begun: none was begun since.
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
