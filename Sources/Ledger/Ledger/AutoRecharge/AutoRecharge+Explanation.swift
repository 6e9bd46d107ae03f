extension AutoRecharge {
  /// The status that callers see: the phase, or `disabled`.
  package enum Status: String, Hashable, Sendable, CaseIterable {
    case disabled = "DISABLED"
    case armed = "ARMED"
    case charging = "CHARGING"
    case actionRequired = "ACTION_REQUIRED"
    case reconciling = "RECONCILING"
    case cooldown = "COOLDOWN"
    case backoff = "BACKOFF"
    case suspended = "SUSPENDED"
    case limitReached = "LIMIT_REACHED"
  }

  package var status: Status {
    switch phase {
    // A recharge under way continues even if automatic recharges are turned off.
    case .charging: .charging
    case .actionRequired: .actionRequired
    case .reconciling: .reconciling
    case _ where !isEnabled: .disabled
    case .armed: .armed
    case .cooldown: .cooldown
    case .backoff: .backoff
    case .suspended: .suspended
    case .limitReached: .limitReached
    }
  }

  /// A sentence for people: whether and when a recharge fires, or why not and what to do.
  package func explanation(for account: Account) -> String {
    let available = account.wallet.available
    switch phase {
    case .charging(let id): return "charging \(terms.amount): recharge \(id) is with the processor"
    case .actionRequired(let id):
      return "recharge \(id) waits for the cardholder: have them authenticate at its next_action_url"
    case .reconciling(let id):
      return "whether recharge \(id) was paid cannot be told by machine: an administrator has to settle it"
    case _ where !isEnabled: return "off: nothing is recharged automatically"
    case .suspended(let since, Self.noCard):
      return "suspended since \(since.text): the wallet has no card; save one"
    case .suspended(let since, Self.disputed):
      return
        "suspended since \(since.text): the cardholder's bank has taken a recharge back; \(Self.advice(for: account))"
    case .suspended(let since, let code):
      let reason = code == Self.notPaid ? "the card could not be charged" : "the card was declined (\(code))"
      return "suspended since \(since.text): \(reason); \(Self.advice(for: account))"
    case .backoff(let until, let code):
      let tries = failures == 1 ? "once" : "\(failures) times"
      let failed =
        code == Self.notPaid
        ? "the card could not be charged, \(tries)" : "the card was declined \(tries), last with \(code)"
      return "waiting until \(until.text): \(failed); another card ends the wait"
    case .cooldown(let until): return "waiting until \(until.text): a recharge has just been paid"
    case .limitReached(let until):
      let limit = terms.monthlyLimit ?? terms.amount
      return "waiting until \(until.text): another \(terms.amount) would exceed the monthly limit of \(limit)"
    case .armed where account.wallet.state != .active:
      return "armed, but the wallet is \(account.wallet.state.rawValue)"
    case .armed where account.openRecharge != nil && available.micros < terms.threshold.micros:
      return "armed: available is \(available), below \(terms.threshold); another recharge of the wallet is under way"
    case .armed where account.rechargesInReview > 0 && available.micros < terms.threshold.micros:
      return "armed: available is \(available), below \(terms.threshold); "
        + "a recharge of the wallet needs review: an administrator has to settle it first"
    case .armed: return "armed: fires below \(terms.threshold); available is \(available)"
    }
  }
}

extension AutoRecharge {
  /// What ends a suspension. Only a card can be resumed with.
  private static func advice(for account: Account) -> String {
    account.defaultPaymentMethod == nil ? "the wallet has no card; save one" : "add another card, or resume"
  }
}

extension LedgerTime {
  /// The time as text of RFC 3339 in UTC, truncated to seconds.
  var text: String {
    let month = CalendarMonth(of: self)
    let seconds = microseconds(since: month.start) / 1_000_000
    let (year, monthOfYear) = (month.number / 12, month.number % 12 + 1)
    let (day, hour, minute) = (seconds / 86_400 + 1, seconds / 3600 % 24, seconds / 60 % 60)
    return "\(year)-\(monthOfYear.padded)-\(day.padded)T\(hour.padded):\(minute.padded):\((seconds % 60).padded)Z"
  }
}

extension Int64 {
  fileprivate var padded: String { self < 10 ? "0\(self)" : "\(self)" }
}
