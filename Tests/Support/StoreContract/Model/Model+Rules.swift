import Ledger

extension Model {
  mutating func changeWallet(_ action: Action) throws(No) -> Seen {
    switch action {
    case .create(let id):
      if wallets[id] != nil { throw No("WALLET_EXISTS") }
      wallets[id] = WalletOf()
      return seen(of: id)
    case .freeze(let id):
      try open(try found(id), evenFrozen: false)
      wallets[id]?.state = .frozen
      return changed(id)
    case .unfreeze(let id):
      let wallet = try found(id)
      try open(wallet, evenFrozen: true)
      if wallet.state == .active { throw No("WALLET_NOT_FROZEN") }
      wallets[id]?.state = .active
      return changed(id)
    case .close(let id):
      let wallet = try found(id)
      try open(wallet, evenFrozen: true)
      let openHolds = holds.filter { $0.wallet == id && $0.seen.state == .held }.count
      if wallet.posted != 0 || openHolds > 0 || wallet.openRecharge != nil {
        throw No("WALLET_NOT_EMPTY", ["posted": wallet.posted, "held": held(id), "open_holds": Int64(openHolds)])
      }
      if hasReview(id) { throw No("RECHARGE_IN_REVIEW") }
      wallets[id]?.state = .closed
      wallets[id]?.auto?.isEnabled = false
      return changed(id)
    case .saveCard(let id):
      try open(try found(id), evenFrozen: true)
      wallets[id]?.hasCard = true
      wallets[id]?.newestCard = now
      forgive(id)
      return changed(id)
    default: preconditionFailure("not of a wallet: \(action)")
    }
  }

  mutating func changed(_ wallet: Int) -> Seen {
    wallets[wallet]?.changes += 1
    return seen(of: wallet)
  }

  mutating func post(_ action: Action) throws(No) -> Seen {
    switch action {
    case .charge(let id, let amount):
      let wallet = try found(id)
      try positive(amount)
      try open(wallet, evenFrozen: false)
      try afford(id, amount)
      return post(.charge, id, -amount)
    case .grant(let id, let amount):
      let wallet = try found(id)
      try positive(amount)
      try open(wallet, evenFrozen: false)
      try ranged(wallet.posted, plus: amount)
      return post(.grant, id, amount)
    case .adjust(let id, let kind, let amount): return try adjust(id, kind, amount)
    case .refund(let number, let amount):
      guard let number else { throw No("ENTRY_NOT_FOUND") }
      let entry = entries[number]
      let wallet = try found(entry.wallet)
      try positive(amount)
      if entry.seen.kind != .charge, entry.seen.kind != .capture { throw No("ENTRY_NOT_REFUNDABLE") }
      try open(wallet, evenFrozen: true)
      let refundable = -entry.seen.amount - entry.refunded
      if amount > refundable { throw No("REFUND_EXCEEDS_CHARGE", ["refundable": refundable]) }
      try ranged(wallet.posted, plus: amount)
      entries[number].refunded += amount
      var seen = post(.refund, entry.wallet, amount)
      seen.refundable = refundable - amount
      return seen
    default: preconditionFailure("no entry: \(action)")
    }
  }

  private mutating func adjust(_ id: Int, _ kind: AdjustBalance.Kind, _ amount: Int64) throws(No) -> Seen {
    let wallet = try found(id)
    if amount == 0 { throw No("AMOUNT_OUT_OF_RANGE") }
    switch kind {
    case .writeOff:
      let allowed = wallet.posted < 0 ? -wallet.posted : -max(0, available(id))
      let isAllowed = allowed < 0 ? amount < 0 && amount >= allowed : amount > 0 && amount <= allowed
      if !isAllowed { throw No("WRITE_OFF_EXCEEDS_BALANCE", ["allowed": allowed]) }
    case .openingBalance:
      try open(wallet, evenFrozen: true)
      if wallet.changes != 1 { throw No("WALLET_NOT_NEW") }
    case .correction: try open(wallet, evenFrozen: true)
    }
    try ranged(wallet.posted, plus: amount)
    let uncovered = Int128(-1) * Int128(amount) - Int128(max(0, available(id)))
    let recorded: RecordKind =
      switch kind {
      case .writeOff: .writeOff
      case .correction: .correction
      case .openingBalance: .openingBalance
      }
    return post(recorded, id, amount, shortfall: Int64(max(0, uncovered)))
  }

  mutating func changeHold(_ action: Action) throws(No) -> Seen {
    switch action {
    case .place(let id, let amount, let ttl, _):
      let wallet = try found(id)
      try positive(amount)
      let expireTime = try lasting(ttl == 0 ? 600 : ttl)
      try open(wallet, evenFrozen: false)
      try afford(id, amount)
      let hold = Seen.Hold(
        amount: amount,
        remaining: amount,
        captured: 0,
        shortfall: 0,
        state: .held,
        isLate: false,
        expireTime: expireTime
      )
      holds.append(HoldOf(wallet: id, seen: hold))
      return changed(hold: holds.count - 1, unit: amount)
    case .extend(let number, let additional, let ttl):
      let (number, id, wallet) = try found(hold: number)
      if additional == nil, ttl == nil { throw No("FIELD_INVALID") }
      if let additional { try positive(additional) }
      let expireTime = try ttl.map { ttl throws(No) in try lasting(ttl) }
      try open(wallet, evenFrozen: false)
      if holds[number].seen.state != .held { throw No("HOLD_RESOLVED") }
      if let additional {
        try afford(id, additional)
        try ranged(holds[number].seen.amount, plus: additional, else: "HOLD_LIMIT")
        holds[number].seen.amount += additional
        holds[number].seen.remaining += additional
      }
      if let expireTime { holds[number].seen.expireTime = max(holds[number].seen.expireTime, expireTime) }
      return changed(hold: number, unit: additional ?? holds[number].seen.amount)
    case .capture(let number, let amount, let isFinal): return try capture(number, amount, isFinal: isFinal)
    case .release(let number):
      let (number, _, wallet) = try found(hold: number)
      try open(wallet, evenFrozen: true)
      if holds[number].seen.state != .held { throw No("HOLD_RESOLVED") }
      holds[number].seen.state = .released
      holds[number].seen.remaining = 0
      return changed(hold: number, unit: nil)
    default: preconditionFailure("no hold: \(action)")
    }
  }

  private mutating func capture(_ number: Int?, _ amount: Int64, isFinal: Bool) throws(No) -> Seen {
    let (number, id, wallet) = try found(hold: number)
    try positive(amount)
    try open(wallet, evenFrozen: true)
    let hold = holds[number].seen
    if hold.state == .captured || hold.state == .released { throw No("HOLD_RESOLVED") }
    // Take from the hold first, then from the available credit; the rest is uncovered.
    let covered = hold.remaining + max(0, available(id))
    let uncovered = max(0, amount - covered)
    if hold.shortfall + min(uncovered, 1 << 61) > Self.maximumShortfall, uncovered > 0 {
      throw No("SHORTFALL_LIMIT", ["capturable": covered + Self.maximumShortfall - hold.shortfall])
    }
    try ranged(wallet.posted, plus: -amount)
    try ranged(hold.captured, plus: amount, else: "HOLD_LIMIT")
    holds[number].seen.remaining = max(0, hold.remaining - amount)
    holds[number].seen.captured += amount
    holds[number].seen.shortfall += uncovered
    if hold.state == .expired { holds[number].seen.isLate = true }
    if isFinal {
      holds[number].seen.state = .captured
      holds[number].seen.remaining = 0
    }
    var seen = post(.capture, id, -amount, shortfall: uncovered)
    seen.hold = holds[number].seen
    return seen
  }

  private func found(hold number: Int?) throws(No) -> (Int, wallet: Int, WalletOf) {
    guard let number else { throw No("HOLD_NOT_FOUND") }
    return (number, holds[number].wallet, try found(holds[number].wallet))
  }

  private func lasting(_ ttl: Int64) throws(No) -> LedgerTime {
    if ttl < 1 || ttl > 7 * 24 * 3600 { throw No("FIELD_INVALID") }
    return LedgerTime(microseconds: now.microseconds + ttl * 1_000_000)
  }

  private mutating func changed(hold number: Int, unit: Int64?) -> Seen {
    let wallet = holds[number].wallet
    var seen = changed(wallet)
    seen.hold = holds[number].seen
    seen.isLastUnit = unit.map { $0 > available(wallet) } ?? false
    return seen
  }

  mutating func recharge(
    _ id: Int,
    _ amount: Int64,
    withCard: Bool,
    _ settings: AutoSettings?,
    _ number: Int
  ) throws(No) -> Seen {
    let wallet = try found(id)
    if !Self.chargeable(amount) { throw No("AMOUNT_OUT_OF_RANGE") }
    try ranged(wallet.posted, plus: amount)
    if let settings { try check(settings, of: wallet) }
    try open(wallet, evenFrozen: false)
    if wallet.openRecharge != nil { throw No("RECHARGE_IN_PROGRESS") }
    if !withCard, !wallet.hasCard { throw No("PAYMENT_METHOD_REQUIRED") }
    wallets[id]?.openRecharge = number
    recharges[number] = RechargeOf(wallet: id, amount: amount, withCard: withCard, auto: settings, began: now)
    rechargeNumbers.append(number)
    return recorded(number, changed(id))
  }

  mutating func settle(_ number: Int?, _ result: RechargeState, isHard: Bool) throws(No) -> Seen {
    guard let number, let recharge = recharges[number], let wallet = wallets[recharge.wallet] else {
      throw No("RECHARGE_NOT_FOUND")
    }
    let fits = Self.inRange.contains(Int128(wallet.posted) + Int128(recharge.amount))
    let before = recharge.state
    let wasGivenUp = before == .declined || before == .failed
    let next = result == .paid && !fits && before != .paid ? .needsReview : result
    if next == before { return recharge.last }
    // A recharge that was given up may prove to be paid.
    if before == .paid || wasGivenUp && result != .paid || before == .needsReview && next == .authenticationRequired {
      throw No("RECHARGE_ALREADY_SETTLED")
    }
    recharges[number]?.state = next
    if next != .authenticationRequired, wallet.openRecharge == number { wallets[recharge.wallet]?.openRecharge = nil }
    if wasGivenUp, next == .needsReview {
      recharges[number]?.withCard = false
      recharges[number]?.auto = nil
    }
    if wallet.auto?.state == .waiting(recharge: number) { applyResult(next, isHard: isHard, recharge.wallet) }
    guard next == .paid else { return recorded(number, changed(recharge.wallet)) }
    let savesCard = before != .needsReview || wallet.newestCard <= recharge.began
    if recharge.withCard, !wasGivenUp, savesCard {
      wallets[recharge.wallet]?.hasCard = true
      wallets[recharge.wallet]?.newestCard = recharge.began
      forgive(recharge.wallet)
    }
    if let settings = recharge.auto, !wasGivenUp, savesCard || !recharge.withCard { save(settings, recharge.wallet) }
    return recorded(number, post(.rechargePaid, recharge.wallet, recharge.amount))
  }

  func hasReview(_ wallet: Int) -> Bool {
    recharges.values.contains { $0.wallet == wallet && $0.state == .needsReview }
  }

  mutating func recorded(_ number: Int, _ seen: Seen) -> Seen {
    var seen = seen
    seen.recharge = recharges[number]?.state
    recharges[number]?.last = seen
    return seen
  }
}
