extension Rules {
  func placeHold(
    _ walletID: WalletID,
    _ amount: Money,
    _ reason: ChargeReason,
    reference: String,
    ttl: Int64,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    var account = try account(walletID, in: state)
    try check(amount, isPositiveAndIn: account.wallet.currency)
    let expireTime = try expiry(ttl == 0 ? Hold.defaultLifetime : ttl, at: time)
    try check(account.wallet, takes: .spending)
    try check(account.wallet, affords: amount)
    account.wallet.held += amount.micros
    let entryID = state.nextEntryID(of: origin)
    let hold = Hold(
      id: HoldID(record: entryID.record, tag: entryID.tag),
      walletID: walletID,
      currency: amount.currency,
      amount: amount.micros,
      remaining: amount.micros,
      reason: reason,
      reference: reference,
      caller: origin.caller,
      expireTime: expireTime,
      createTime: time
    )
    return record(hold, .holdPlaced, in: account, unit: amount.micros, origin: origin, to: &state, at: time)
  }

  /// The expiry never comes sooner than it was: extending cannot cut a hold short.
  func extendHold(
    _ id: HoldID,
    additional: Money?,
    ttl: Int64?,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    var (hold, account) = try hold(id, in: state)
    guard additional != nil || ttl != nil else {
      throw .fieldInvalid(field: "additional_amount", description: "or ttl is required: say what to extend")
    }
    if let additional { try check(additional, isPositiveAndIn: hold.currency) }
    if let ttl { hold.expireTime = max(hold.expireTime, try expiry(ttl, at: time)) }
    try check(account.wallet, takes: .spending)
    guard hold.state.allows(.extend) else { throw .holdResolved(id, hold.state) }
    if let additional {
      try check(account.wallet, affords: additional)
      hold.amount = try Self.sum(hold.amount, additional)
      hold.remaining += additional.micros
      account.wallet.held += additional.micros
    }
    let unit = additional?.micros ?? hold.amount
    return record(hold, .holdExtended, in: account, unit: unit, origin: origin, to: &state, at: time)
  }

  /// Charges usage: from the hold, above it from what is available, above that as the hold's shortfall, up to a limit.
  ///
  /// An expired hold has nothing left in it, so that all of a late capture is drawn on what is available.
  func captureHold(
    _ id: HoldID,
    _ amount: Money,
    isFinal: Bool,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    var (hold, account) = try hold(id, in: state)
    try check(amount, isPositiveAndIn: hold.currency)
    try check(account.wallet, takes: .settling)
    guard hold.state.allows(.capture) else { throw .holdResolved(id, hold.state) }
    let fromHold = min(amount.micros, hold.remaining)
    let available = max(0, account.wallet.available.micros)
    let shortfall = max(0, amount.micros - fromHold - available)
    let room = max(0, maximumShortfall - hold.shortfall)
    guard shortfall <= room else {
      let capturable = hold.remaining + available + room
      throw .shortfallLimit(id, capturable: Money(micros: capturable, currency: hold.currency))
    }
    account.wallet.posted = try Self.posted(of: account.wallet, after: -amount.micros)
    account.wallet.held -= fromHold
    hold.captured = try Self.sum(hold.captured, amount)
    hold.remaining -= fromHold
    hold.shortfall += shortfall
    if hold.state == .expired { hold.isLate = true }
    if isFinal { Self.resolve(&hold, as: .captured, in: &account) }
    let posting = Posting(
      kind: .capture,
      counterAccount: .usage,
      reason: hold.reason,
      reference: hold.reference,
      hold: hold,
      shortfall: shortfall
    )
    return state.append(posting, to: account, origin: origin, at: time, sha256: sha256) { wallet, record in
      .reply(.hold(HoldReply(wallet: wallet, hold: hold, entry: Entry(record, in: wallet.currency))))
    }
  }

  func releaseHold(
    _ id: HoldID,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    var (hold, account) = try hold(id, in: state)
    try check(account.wallet, takes: .settling)
    guard hold.state.allows(.release) else { throw .holdResolved(id, hold.state) }
    Self.resolve(&hold, as: .released, in: &account)
    return record(hold, .holdReleased, in: account, unit: nil, origin: origin, to: &state, at: time)
  }

  /// Gives back what `hold` still sets aside.
  private static func resolve(_ hold: inout Hold, as outcome: HoldState, in account: inout Account) {
    account.wallet.held -= hold.remaining
    hold.remaining = 0
    hold.state = outcome
  }

  /// `unit` is what a caller that goes on as it did would hold next.
  private func record(
    _ hold: Hold,
    _ kind: RecordKind,
    in account: Account,
    unit: Int64?,
    origin: Origin,
    to state: inout LedgerState,
    at time: LedgerTime
  ) -> Answer {
    let posting = Posting(kind: kind, reason: hold.reason, reference: hold.reference, hold: hold)
    return state.append(posting, to: account, origin: origin, at: time, sha256: sha256) { wallet, _ in
      let isLastUnit = unit.map { $0 > wallet.available.micros } ?? false
      return .reply(.hold(HoldReply(wallet: wallet, hold: hold, isLastUnit: isLastUnit)))
    }
  }

  private func hold(_ id: HoldID, in state: LedgerState) throws(Refusal) -> (Hold, Account) {
    guard let hold = state.holds[id] else { throw .holdNotFound(id) }
    return (hold, try account(hold.walletID, in: state))
  }

  private func expiry(_ ttl: Int64, at time: LedgerTime) throws(Refusal) -> LedgerTime {
    guard Hold.lifetimeRange.contains(ttl) else {
      let (least, most) = (Hold.lifetimeRange.lowerBound, Hold.lifetimeRange.upperBound)
      throw .fieldInvalid(field: "ttl", description: "must be from \(least) to \(most) seconds")
    }
    return time.adding(seconds: ttl)
  }

  /// A hold can be extended and captured again and again, so that its sums could leave what an integer holds.
  private static func sum(_ micros: Int64, _ more: Money) throws(Refusal) -> Int64 {
    let (sum, overflow) = micros.addingReportingOverflow(more.micros)
    guard !overflow, Wallet.balanceRange.contains(sum) else {
      throw .amountOutOfRange(field: "amount.micros", rule: "would take the hold out of range: place a new one")
    }
    return sum
  }
}

// Expiry.

extension Rules {
  /// Returns what due holds still set aside. Every batch begins with it, so that all its commands, questions too, see
  /// wallets as they are at `time`.
  ///
  /// The earliest goes first, so that the journal does not depend on how holds were loaded.
  package func expireDueHolds(in state: inout LedgerState, at time: LedgerTime) {
    let walletIDs = state.accounts.compactMap { $1.mayHaveDueHolds(at: time) ? $0 : nil }
    guard !walletIDs.isEmpty else { return }
    var next: [WalletID: LedgerTime] = [:]
    var due: [Hold] = []
    for hold in state.holds.values where hold.isOpen {
      if hold.isDue(at: time) {
        due.append(hold)
      } else {
        next[hold.walletID] = min(next[hold.walletID] ?? hold.expireTime, hold.expireTime)
      }
    }
    for id in walletIDs { state.accounts[id]?.nextHoldExpiry = next[id] }
    due.sort { ($0.expireTime, $0.id.record) < ($1.expireTime, $1.id.record) }
    for hold in due { expire(hold, in: &state, at: time) }
  }

  private func expire(_ hold: Hold, in state: inout LedgerState, at time: LedgerTime) {
    var hold = hold
    guard var account = state.accounts[hold.walletID] else {
      preconditionFailure("a hold was loaded without its wallet")
    }
    Self.resolve(&hold, as: .expired, in: &account)
    _ = record(hold, .holdExpired, in: account, unit: nil, origin: .ledger, to: &state, at: time)
  }
}
