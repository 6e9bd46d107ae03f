extension Rules {
  /// Saves what the customer wants. What it leads to is decided after it, in the same commit.
  func setAutoRecharge(
    _ walletID: WalletID,
    _ settings: AutoRechargeSettings,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    var account = try account(walletID, in: state)
    try check(settings, for: account.wallet, field: "settings.")
    try check(account.wallet, takes: .keepingCards)
    if settings.isEnabled, account.defaultPaymentMethod == nil { throw .paymentMethodRequired(walletID) }
    account.wallet.save(settings, at: time)
    return record(account, .autoRechargeSet, origin: origin, in: &state, at: time)
  }

  /// The customer's word that a card is good again.
  func resumeAutoRecharge(
    _ walletID: WalletID,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    var account = try account(walletID, in: state)
    try check(account.wallet, takes: .keepingCards)
    guard account.wallet.autoRecharge?.isEnabled == true else { throw .autoRechargeDisabled(walletID) }
    guard account.defaultPaymentMethod != nil else { throw .paymentMethodRequired(walletID) }
    account.wallet.autoRecharge?.take(.resumed, at: time)
    return record(account, .autoRechargeResumed, origin: origin, in: &state, at: time)
  }

  /// Wakes those of the loaded wallets that have waited long enough, and says how many.
  func wakeAutoRecharges(in state: inout LedgerState, at time: LedgerTime) -> Int {
    let due = state.accounts.values.filter { account in
      account.wallet.autoRecharge?.wakeTime.map { $0 <= time } ?? false
    }
    for walletID in due.map(\.wallet.id).sorted(by: { $0.value < $1.value }) {
      advanceAutoRecharge(of: walletID, in: &state, at: time)
    }
    return due.count
  }

  /// Does what the wallet's automatic recharges have to do now, in a record of its own.
  func advanceAutoRecharge(of walletID: WalletID, in state: inout LedgerState, at time: LedgerTime) {
    guard state.accounts[walletID]?.wallet.autoRecharge != nil, var account = state.accounts[walletID],
      var autoRecharge = account.wallet.autoRecharge
    else { return }
    let kind: RecordKind
    switch autoRecharge.decision(for: account, at: time) {
    case .nothing: return
    case .fire: return fire(autoRecharge, of: account, in: &state, at: time)
    case .rearm:
      autoRecharge.take(.timeCame, at: time)
      kind = .autoRechargeArmed
    case .meetLimit:
      autoRecharge.take(.limitMet, at: time)
      kind = .autoRechargeLimitReached
    case .suspend:
      autoRecharge.take(.cardRemoved, at: time)
      kind = .autoRechargeSuspended
    }
    account.wallet.autoRecharge = autoRecharge
    _ = record(account, kind, origin: .autoRecharge, in: &state, at: time)
  }

  /// Fills a wallet in which `mutation` did not find enough. Returns the recharge that it shall wait for, if that is what
  /// it wants.
  func recharge(for mutation: Mutation, in state: inout LedgerState, at time: LedgerTime) -> RechargeID? {
    guard let walletID = mutation.spendingWallet(in: state) else { return nil }
    advanceAutoRecharge(of: walletID, in: &state, at: time)
    guard mutation.waitsForRecharge, case .charging(let id)? = state.accounts[walletID]?.wallet.autoRecharge?.phase
    else { return nil }
    return id
  }

  private func fire(
    _ autoRecharge: AutoRecharge,
    of account: Account,
    in state: inout LedgerState,
    at time: LedgerTime
  ) {
    // Without its row a card cannot be charged; the proof of the ledger says that it is lost.
    guard let id = account.defaultPaymentMethod, let paymentMethod = state.paymentMethods[id] else { return }
    var account = account
    let recharge = Recharge(
      id: rechargeID(of: account, at: time),
      walletID: account.wallet.id,
      caller: Origin.autoRecharge.caller,
      amount: autoRecharge.terms.amount,
      purpose: .autoRecharge,
      paymentMethod: paymentMethod,
      paymentMethodIsCandidate: false,
      createTime: time,
      updateTime: time
    )
    account.openRecharge = recharge.id
    account.wallet.autoRecharge?.take(.fired(recharge.id), at: time)
    _ = record(recharge, in: account, origin: .autoRecharge, to: &state, at: time)
  }

  /// Out of the wallet's chain and the time, so that a ledger that was restored from a backup does not draw it again.
  private func rechargeID(of account: Account, at time: LedgerTime) -> RechargeID {
    var writer = CanonicalWriter()
    writer.write("auto-recharge")
    writer.write(account.wallet.id.value)
    writer.write(account.head.hash)
    writer.write(account.head.record)
    writer.write(time.microseconds)
    let words = sha256(writer.bytes).words
    return RechargeID("rch_" + words.0.hexadecimal + words.1.hexadecimal)
  }

  /// - Parameter field: The path to the settings in the request, with its dot.
  func check(_ settings: AutoRechargeSettings, for wallet: Wallet, field: String) throws(Refusal) {
    guard let terms = settings.terms else {
      guard wallet.autoRecharge != nil else {
        throw .fieldInvalid(field: field + "threshold", description: "is required: none is saved yet")
      }
      return
    }
    try check(terms.threshold, isWithinLimitsOf: wallet, field: field + "threshold")
    try check(terms.amount, isWithinLimitsOf: wallet, field: field + "amount")
    guard let limit = terms.monthlyLimit else { return }
    try check(limit, isPositiveAndIn: wallet.currency, field: field + "monthly_limit")
    guard limit.micros >= terms.amount.micros else {
      throw .amountOutOfRange(
        field: field + "monthly_limit.micros",
        rule: "must be at least the amount of one recharge, \(terms.amount)"
      )
    }
  }

  private func record(
    _ account: Account,
    _ kind: RecordKind,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) -> Answer {
    let firesNow = account.wallet.autoRecharge?.decision(for: account, at: time) == .fire
    return state.append(Posting(kind: kind), to: account, origin: origin, at: time, sha256: sha256) { wallet, _ in
      .reply(.autoRechargeSaved(wallet, firesNow: firesNow))
    }
  }
}

extension Mutation {
  /// The wallet whose credits did not suffice.
  func spendingWallet(in state: LedgerState) -> WalletID? {
    switch self {
    case .charge(let walletID, _, _, _), .placeHold(let walletID, _, _, _, _, _): walletID
    case .extendHold(let id, _, _): state.holds[id]?.walletID
    default: nil
    }
  }
}

extension Mutation {
  fileprivate var waitsForRecharge: Bool {
    if case .placeHold(_, _, _, _, _, let waits) = self { waits } else { false }
  }
}

extension Wallet {
  /// - Parameter settings: With terms, unless some are saved.
  mutating func save(_ settings: AutoRechargeSettings, at time: LedgerTime) {
    if autoRecharge == nil, let terms = settings.terms {
      autoRecharge = AutoRecharge(isEnabled: settings.isEnabled, terms: terms)
    } else {
      autoRecharge?.take(.saved(settings), at: time)
    }
  }
}

extension UInt64 {
  fileprivate var hexadecimal: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}
