import Ledger

/// A reimplementation of the rules that is simple enough to verify by reading: dictionaries, sums over everything, wide
/// integers. It has no journal, hashes, batch loading or cached totals.
struct Model {
  struct WalletOf {
    var posted: Int64 = 0
    var state = WalletState.active
    var changes: Int64 = 1
    var hasCard = false
    /// When the default card was given.
    var newestCard = LedgerTime(microseconds: 0)
    var openRecharge: Int?
    var auto: AutoOf?
  }

  struct HoldOf {
    var wallet: Int
    var seen: Seen.Hold
  }

  struct EntryOf {
    var wallet: Int
    var seen: Seen.Entry
    var refunded: Int64 = 0
  }

  struct RechargeOf {
    var wallet: Int
    var amount: Int64
    var withCard: Bool
    /// The settings to save once it is paid.
    var auto: AutoSettings?
    var began: LedgerTime
    var state = RechargeState.processing
    var last = Seen()
  }

  /// A refusal, with its reason and the amounts of its metadata.
  struct No: Error {
    var reason: String
    var facts: [String: Int64] = [:]

    init(_ reason: String, _ facts: [String: Int64] = [:]) {
      self.reason = reason
      self.facts = facts
    }
  }

  var wallets: [Int: WalletOf] = [:]
  var holds: [HoldOf] = []
  var entries: [EntryOf] = []
  /// By the number that the caller drew; `rechargeNumbers` has the order in which they began.
  var recharges: [Int: RechargeOf] = [:]
  var rechargeNumbers: [Int] = []
  private var answers: [Int: (action: Action, seen: Seen, recharge: Int?)] = [:]
  var now = LedgerTime(microseconds: 0)
  private var expiredInBatch = 0

  static let maximumShortfall: Int64 = 10_000_000
  static let inRange = Int128(-1 << 61)...Int128(1 << 61)

  func held(_ wallet: Int) -> Int64 {
    holds.filter { $0.wallet == wallet && $0.seen.state == .held }.reduce(0) { $0 + $1.seen.remaining }
  }

  func available(_ wallet: Int) -> Int64 { (wallets[wallet]?.posted ?? 0) - held(wallet) }

  func view(_ wallet: Int) -> Seen.Wallet? {
    wallets[wallet].map {
      Seen.Wallet(
        posted: $0.posted,
        held: held(wallet),
        state: $0.state,
        sequence: $0.changes,
        auto: $0.auto.map { view($0, wallet) }
      )
    }
  }

  /// Expires the due holds of the named wallets before anything else happens.
  mutating func begin(at time: LedgerTime, naming requests: [Request]) {
    now = time
    expiredInBatch = 0
    let touched = Set(requests.flatMap { named(by: $0) })
    let sweeps = requests.contains { $0.action == .sweep }
    for index in holds.indices {
      let hold = holds[index]
      guard hold.seen.state == .held, hold.seen.expireTime <= time, sweeps || touched.contains(hold.wallet) else {
        continue
      }
      holds[index].seen.state = .expired
      holds[index].seen.remaining = 0
      wallets[hold.wallet]?.changes += 1
      expiredInBatch += 1
    }
  }

  private func named(by request: Request) -> [Int] {
    var named: [Int] = []
    switch request.action {
    case .extend(let hold, _, _), .capture(let hold, _, _), .release(let hold), .readHold(let hold):
      if let hold { named = [holds[hold].wallet] }
    case .refund(let entry, _): if let entry { named = [entries[entry].wallet] }
    case .settle(let number, _, _): if let number, let recharge = recharges[number] { named = [recharge.wallet] }
    case .wake: named = dueAutos
    default: named = request.action.wallet.map { [$0] } ?? []
    }
    // Replaying the key of a recharge returns its current state.
    if let key = request.key, let number = answers[key]?.recharge, let recharge = recharges[number] {
      named.append(recharge.wallet)
    }
    return named
  }

  private func spender(of action: Action) -> Int? {
    switch action {
    case .charge, .place: action.wallet
    case .extend(let hold, _, _): hold.map { holds[$0].wallet }
    default: nil
    }
  }

  mutating func perform(_ request: Request) -> Seen {
    var seen = Seen()
    if let key = request.key, let known = answers[key] {
      guard known.action == request.action else {
        seen.reason = "IDEMPOTENCY_KEY_REUSED"
        return seen
      }
      seen = known.recharge.flatMap { recharges[$0]?.last } ?? known.seen
      seen.isReplay = true
      return seen
    }
    let before = wallets
    do throws(No) {
      seen = try effect(of: request.action)
      for id in wallets.keys where wallets[id]?.changes != before[id]?.changes { advanceAuto(id) }
    } catch {
      seen.reason = error.reason
      seen.facts = error.facts
      if error.reason == "INSUFFICIENT_CREDITS", let wallet = spender(of: request.action) {
        advanceAuto(wallet)
        if case .place(_, _, _, waits: true) = request.action, view(wallet)?.auto?.status == .charging {
          seen.reason = "RECHARGE_IN_PROGRESS"
          seen.facts = [:]
        }
      }
    }
    if let key = request.key, seen.reason == nil || Self.remembered.contains(seen.reason ?? "") {
      var recharge: Int?
      if case .recharge(_, _, _, _, let number) = request.action, seen.reason == nil { recharge = number }
      answers[key] = (request.action, seen, recharge)
    }
    return seen
  }

  static let remembered: Set<String> = [
    "WALLET_EXISTS", "WALLET_FROZEN", "WALLET_NOT_FROZEN", "WALLET_CLOSED", "WALLET_NOT_EMPTY", "INSUFFICIENT_CREDITS",
    "BALANCE_LIMIT", "HOLD_LIMIT", "HOLD_RESOLVED", "SHORTFALL_LIMIT", "ENTRY_NOT_REFUNDABLE", "REFUND_EXCEEDS_CHARGE",
    "PAYMENT_METHOD_REQUIRED",
    "PAYMENT_DECLINED", "AUTO_RECHARGE_DISABLED", "WRITE_OFF_EXCEEDS_BALANCE", "WALLET_NOT_NEW",
  ]

  /// Remembered refusals that the model does not cover: several cards, refunds of recharges, reviews.
  static let rememberedOutsideModel: Set<String> = [
    "PAYMENT_METHOD_LIMIT", "RECHARGE_NOT_REFUNDABLE", "REFUND_EXCEEDS_RECHARGE", "REFUND_LIMIT", "NOT_IN_REVIEW",
    "PROCESSOR_CHARGE_TAKEN", "PROCESSOR_REFUND_TAKEN",
  ]

  private mutating func effect(of action: Action) throws(No) -> Seen {
    switch action {
    case .create, .freeze, .unfreeze, .close, .saveCard: return try changeWallet(action)
    case .charge, .grant, .adjust, .refund: return try post(action)
    case .place, .extend, .capture, .release: return try changeHold(action)
    case .recharge(let wallet, let amount, let withCard, let settings, let number):
      return try recharge(wallet, amount, withCard: withCard, settings, number)
    case .settle(let number, let state, let isHard): return try settle(number, state, isHard: isHard)
    case .setAuto, .resumeAuto: return try changeAuto(action)
    case .wake:
      var seen = Seen()
      seen.swept = wake()
      return seen
    case .sweep:
      var seen = Seen()
      seen.swept = expiredInBatch
      return seen
    case .readWallet(let wallet):
      _ = try found(wallet)
      return seen(of: wallet)
    case .readHold(let hold):
      guard let hold else { throw No("HOLD_NOT_FOUND") }
      var seen = seen(of: holds[hold].wallet)
      seen.hold = holds[hold].seen
      return seen
    }
  }
}

// Steps that the rules have in common.

extension Model {
  func found(_ wallet: Int) throws(No) -> WalletOf {
    guard let wallet = wallets[wallet] else { throw No("WALLET_NOT_FOUND") }
    return wallet
  }

  func positive(_ amount: Int64) throws(No) {
    if amount <= 0 { throw No("AMOUNT_OUT_OF_RANGE") }
  }

  func afford(_ wallet: Int, _ amount: Int64) throws(No) {
    let available = available(wallet)
    guard amount > available else { return }
    let (shortfall, overflow) = amount.subtractingReportingOverflow(available)
    throw No(
      "INSUFFICIENT_CREDITS",
      ["available": available, "required": amount, "shortfall": overflow ? .max : shortfall]
    )
  }

  func open(_ wallet: WalletOf, evenFrozen: Bool) throws(No) {
    if wallet.state == .closed { throw No("WALLET_CLOSED") }
    if wallet.state == .frozen, !evenFrozen { throw No("WALLET_FROZEN") }
  }

  func ranged(_ value: Int64, plus delta: Int64, else reason: String = "BALANCE_LIMIT") throws(No) {
    if !Self.inRange.contains(Int128(value) + Int128(delta)) { throw No(reason) }
  }

  func seen(of wallet: Int) -> Seen {
    var seen = Seen()
    seen.wallet = view(wallet)
    return seen
  }

  /// Posts an amount and records it as an entry.
  mutating func post(_ kind: RecordKind, _ wallet: Int, _ amount: Int64, shortfall: Int64 = 0) -> Seen {
    wallets[wallet]?.posted += amount
    wallets[wallet]?.changes += 1
    var seen = seen(of: wallet)
    let posted = seen.wallet?.posted ?? 0
    let entry = Seen.Entry(kind: kind, amount: amount, posted: posted, held: held(wallet), shortfall: shortfall)
    seen.entry = entry
    entries.append(EntryOf(wallet: wallet, seen: entry))
    return seen
  }
}
