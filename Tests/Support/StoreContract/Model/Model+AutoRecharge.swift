import Ledger

// A reimplementation of automatic recharges. A month's total is summed over the recharges.

/// The automatic recharge settings of a random customer; amounts are in micros.
package struct AutoSettings: Hashable, Sendable {
  package struct Terms: Hashable, Sendable {
    package var threshold: Int64
    package var amount: Int64
    package var limit: Int64?
  }

  package var isEnabled: Bool
  package var terms: Terms?
}

extension Model {
  struct AutoOf {
    enum State: Equatable {
      case armed
      case waiting(recharge: Int)
      case paused(AutoRecharge.Status, until: LedgerTime)
      case suspended
    }

    var isEnabled: Bool
    var terms: AutoSettings.Terms
    var state = State.armed
    var failures = 0
  }

  /// The first number of automatic recharges, which random steps never draw.
  static let firstAutomatic = 1 << 40

  mutating func changeAuto(_ action: Action) throws(No) -> Seen {
    switch action {
    case .setAuto(let id, let settings):
      let wallet = try found(id)
      try check(settings, of: wallet)
      try open(wallet, evenFrozen: true)
      if settings.isEnabled, !wallet.hasCard { throw No("PAYMENT_METHOD_REQUIRED") }
      save(settings, id)
    case .resumeAuto(let id):
      let wallet = try found(id)
      try open(wallet, evenFrozen: true)
      if wallet.auto?.isEnabled != true { throw No("AUTO_RECHARGE_DISABLED") }
      if !wallet.hasCard { throw No("PAYMENT_METHOD_REQUIRED") }
      forgive(id)
    default: preconditionFailure("not of automatic recharges: \(action)")
    }
    var seen = changed(action.wallet ?? 0)
    seen.firesNow = step(action.wallet ?? 0) == .fire
    return seen
  }

  func check(_ settings: AutoSettings, of wallet: WalletOf) throws(No) {
    guard let terms = settings.terms else {
      if wallet.auto == nil { throw No("FIELD_INVALID") }
      return
    }
    for amount in [terms.threshold, terms.amount] where !Self.chargeable(amount) { throw No("AMOUNT_OUT_OF_RANGE") }
    if let limit = terms.limit, limit < terms.amount { throw No("AMOUNT_OUT_OF_RANGE") }
  }

  static func chargeable(_ amount: Int64) -> Bool {
    amount >= 10_000_000 && amount <= 1_000_000_000 && amount % 10_000 == 0
  }

  mutating func save(_ settings: AutoSettings, _ id: Int) {
    guard var auto = wallets[id]?.auto else {
      wallets[id]?.auto = settings.terms.map { AutoOf(isEnabled: settings.isEnabled, terms: $0) }
      return
    }
    auto.isEnabled = settings.isEnabled
    if let terms = settings.terms { auto.terms = terms }
    if case .paused(.limitReached, _) = auto.state { auto.state = .armed }
    wallets[id]?.auto = auto
  }

  /// Rearms automatic recharges after a change of card or at the customer's request.
  mutating func forgive(_ id: Int) {
    wallets[id]?.auto?.failures = 0
    switch wallets[id]?.auto?.state {
    case .suspended, .paused(.backoff, _): wallets[id]?.auto?.state = .armed
    default: break
    }
  }

  mutating func applyResult(_ result: RechargeState, isHard: Bool, _ id: Int) {
    guard var auto = wallets[id]?.auto else { return }
    switch result {
    case .paid:
      auto.failures = 0
      auto.state = .paused(.cooldown, until: now.adding(seconds: 60))
    case .declined, .failed:
      auto.failures += 1
      if auto.failures == 4 || result == .declined && isHard {
        auto.state = .suspended
      } else {
        let hours: [Int64] = [1, 2, 4]
        auto.state = .paused(.backoff, until: now.adding(seconds: hours[auto.failures - 1] * 3600))
      }
    default: break
    }
    wallets[id]?.auto = auto
  }

  private enum AutoStep {
    case nothing, arm, reachLimit, fire
  }

  private func step(_ id: Int) -> AutoStep {
    guard let wallet = wallets[id], let auto = wallet.auto, auto.isEnabled else { return .nothing }
    var isOver = false
    switch auto.state {
    case .waiting, .suspended: return .nothing
    case .paused(_, let until):
      if until > now { return .nothing }
      isOver = true
    case .armed: break
    }
    let wants =
      wallet.state == .active && wallet.openRecharge == nil && !hasReview(id) && available(id) < auto.terms.threshold
      && Self.inRange.contains(Int128(wallet.posted) + Int128(auto.terms.amount))
    if !wants { return isOver ? .arm : .nothing }
    if let limit = auto.terms.limit, spentThisMonth(id) + auto.terms.amount > limit { return .reachLimit }
    return .fire
  }

  private func spentThisMonth(_ id: Int) -> Int64 {
    let month = Self.month(of: now).number
    let charged = recharges.filter { number, recharge in
      number >= Self.firstAutomatic && recharge.wallet == id && Self.month(of: recharge.began).number == month
        && recharge.state != .declined && recharge.state != .failed
    }
    return charged.values.reduce(0) { $0 + $1.amount }
  }

  mutating func advanceAuto(_ id: Int) {
    switch step(id) {
    case .nothing: return
    case .arm: wallets[id]?.auto?.state = .armed
    case .reachLimit:
      wallets[id]?.auto?.state = .paused(.limitReached, until: Self.month(of: now).end)
    case .fire:
      let number = Self.firstAutomatic + rechargeNumbers.count
      wallets[id]?.auto?.state = .waiting(recharge: number)
      wallets[id]?.openRecharge = number
      let amount = wallets[id]?.auto?.terms.amount ?? 0
      recharges[number] = RechargeOf(wallet: id, amount: amount, withCard: false, began: now)
      rechargeNumbers.append(number)
      _ = recorded(number, changed(id))
      return
    }
    _ = changed(id)
  }

  /// Advances the automatic recharges that are due. Returns their count.
  mutating func wake() -> Int {
    let due = dueAutos.sorted()
    for id in due { advanceAuto(id) }
    return due.count
  }

  var dueAutos: [Int] {
    wallets.keys.filter { id in
      guard let auto = wallets[id]?.auto, auto.isEnabled, case .paused(_, let until) = auto.state else { return false }
      return until <= now
    }
  }

  func view(_ auto: AutoOf, _ id: Int) -> Seen.Auto {
    var status: AutoRecharge.Status
    var end: LedgerTime?
    switch auto.state {
    case .armed: status = .armed
    case .suspended: status = .suspended
    case .paused(let kind, let until):
      status = kind
      end = until
    case .waiting(let recharge):
      switch recharges[recharge]?.state {
      case .authenticationRequired: status = .actionRequired
      case .needsReview: status = .reconciling
      default: status = .charging
      }
      return Seen.Auto(isEnabled: auto.isEnabled, terms: auto.terms, status: status, end: nil, failures: auto.failures)
    }
    if !auto.isEnabled { status = .disabled }
    return Seen.Auto(
      isEnabled: auto.isEnabled,
      terms: auto.terms,
      status: status,
      end: auto.isEnabled ? end : nil,
      failures: auto.failures
    )
  }

  /// Returns the number and end of the month, found by adding up months since 1970.
  private static func month(of time: LedgerTime) -> (number: Int, end: LedgerTime) {
    let lengths: [Int64] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    var end: Int64 = 0
    for number in 0... {
      let year = 1970 + number / 12
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      end += (lengths[number % 12] + (number % 12 == 1 && isLeap ? 1 : 0)) * 86_400
      if time.microseconds < end * 1_000_000 { return (number, LedgerTime(microseconds: end * 1_000_000)) }
    }
    preconditionFailure("time ends")
  }
}
