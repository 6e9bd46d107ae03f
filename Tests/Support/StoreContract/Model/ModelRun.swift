import Ledger
package import LedgerEngine

/// Performs the same steps on the model and on a ledger, and reports the first difference.
package struct ModelRun<OpenedStore: Store> {
  package struct Difference: Error, CustomStringConvertible {
    package let step: Int
    package let request: String
    package let expected: String
    package let found: String

    package var description: String {
      "step \(step), \(request):\n  the model says   \(expected)\n  the ledger says  \(found)"
    }
  }

  private let ledger: ReopenableLedger<OpenedStore>
  private let batchesBetweenRestarts: Int?
  private var batches = 0
  private var model = Model()
  private var sent: [Request] = []
  private var keys = 0
  private var time = LedgerTime(microseconds: 1_000_000)
  /// The ledger's ids of the model's holds and entries, by number.
  private var holds: [HoldID] = []
  private var entries: [EntryID] = []
  /// The ids of automatic recharges, which the ledger chooses.
  private var rechargeIDs: [Int: RechargeID] = [:]

  package init(_ ledger: ReopenableLedger<OpenedStore>, batchesBetweenRestarts: Int? = nil) {
    self.ledger = ledger
    self.batchesBetweenRestarts = batchesBetweenRestarts
  }

  /// Runs all steps, then verifies the ledger. `largestBatch` is the maximum number of requests per batch.
  package mutating func run(_ steps: [Step], largestBatch: Int = 8) throws {
    var batch: [Request] = []
    var first = 0
    for (index, step) in steps.enumerated() {
      if step.seconds > 0 || batch.count >= largestBatch {
        try decide(batch, from: first)
        batch = []
        first = index
        time = time.adding(seconds: step.seconds)
      }
      batch.append(resolved(step))
    }
    try decide(batch, from: first)
    try ledger.prove((0..<4).map { "w\($0)" })
  }

  /// Resolves the step's numbers to existing objects, without those of the current batch, whose ids no caller knows yet.
  private mutating func resolved(_ step: Step) -> Request {
    let isAgain: Int? = if case .again(let number) = step.key { number } else { nil }
    if let number = isAgain, !sent.isEmpty { return sent[sent.count - 1 - number % min(sent.count, 40)] }
    keys += 1
    var request = Request(key: keys, action: resolved(step.action))
    if case .stolen(let number) = step.key, !sent.isEmpty { request.key = sent[number % sent.count].key }
    if !request.action.hasKey { request.key = nil } else { sent.append(request) }
    return request
  }

  private func resolved(_ action: Action) -> Action {
    switch action {
    case .extend(let hold, let additional, let ttl): .extend(hold: newest(hold, of: holds), additional, ttl: ttl)
    case .capture(let hold, let amount, let isFinal): .capture(hold: newest(hold, of: holds), amount, isFinal: isFinal)
    case .release(let hold): .release(hold: newest(hold, of: holds))
    case .readHold(let hold): .readHold(newest(hold, of: holds))
    case .refund(let entry, let amount): .refund(entry: newest(entry, of: entries), amount)
    case .settle(let recharge, let state, let isHard):
      .settle(
        recharge: newest(recharge, of: model.rechargeNumbers).map { model.rechargeNumbers[$0] },
        state,
        isHard: isHard
      )
    default: action
    }
  }

  private func newest<Item>(_ number: Int?, of items: [Item]) -> Int? {
    guard let number, !items.isEmpty else { return nil }
    return items.count - 1 - number % items.count
  }

  private mutating func decide(_ batch: [Request], from first: Int) throws {
    guard !batch.isEmpty else { return }
    let outcomes = try ledger.run(batch.map { command($0) }, at: time)
    model.begin(at: time, naming: batch)
    for (index, (request, outcome)) in zip(batch, outcomes).enumerated() {
      let expected = model.perform(request)
      let found = relevant(Seen(outcome), to: expected)
      guard found == expected else {
        throw Difference(step: first + index, request: "\(request)", expected: "\(expected)", found: "\(found)")
      }
      note(request, outcome)
    }
    batches += 1
    if let batchesBetweenRestarts, batches % batchesBetweenRestarts == 0 { try ledger.restart() }
    guard holds.count == model.holds.count, entries.count == model.entries.count else {
      throw Difference(step: first, request: "\(batch)", expected: "as many holds and entries", found: "others")
    }
    try learnAutomaticRecharges(from: first)
  }

  /// Reads the ids of new automatic recharges from their wallets, where callers first see them.
  private mutating func learnAutomaticRecharges(from first: Int) throws {
    let unknown = model.rechargeNumbers.filter { $0 >= Model.firstAutomatic && rechargeIDs[$0] == nil }
    for number in unknown {
      guard let wallet = model.recharges[number]?.wallet else { continue }
      let outcome = try ledger.run([.ask(GetWallet(id(wallet)))], at: time)[0]
      guard let found = outcome.wallet?.autoRecharge?.phase.rechargeID else {
        throw Difference(step: first, request: "wallet \(wallet)", expected: "an automatic recharge", found: "none")
      }
      rechargeIDs[number] = found
    }
  }

  /// Removes the metadata that the model does not predict, such as ids and names.
  private func relevant(_ seen: Seen, to expected: Seen) -> Seen {
    var seen = seen
    seen.facts = seen.facts.filter { expected.facts[$0.key] != nil }
    return seen
  }

  private mutating func note(_ request: Request, _ outcome: CommandOutcome) {
    guard !outcome.isReplay else { return }
    if case .place = request.action, let hold = outcome.hold { holds.append(hold.id) }
    // A repeated processor result posts no new entry.
    if let entry = outcome.entry, !entries.contains(entry.id) { entries.append(entry.id) }
  }

  private func command(_ request: Request) -> Command {
    switch request.action {
    case .sweep: .mutate(ExpireDueHolds(), .ledger)
    case .wake: .mutate(WakeAutoRecharges(), .autoRecharge)
    case .readWallet(let wallet): .ask(GetWallet(id(wallet)))
    case .readHold(let hold): .ask(GetHold(id(hold: hold)))
    default: Scenario.command(mutation(request), key: "\(request.key ?? 0)")
    }
  }

  private func mutation(_ request: Request) -> any Mutation {
    switch request.action {
    case .create(let wallet): CreateWallet(id(wallet), .usd)
    case .charge(let wallet, let amount): Charge(id(wallet), Scenario.micros(amount), .call, reference: "")
    case .grant(let wallet, let amount): GrantCredits(id(wallet), Scenario.micros(amount), memo: "")
    case .adjust(let wallet, let kind, let amount):
      AdjustBalance(id(wallet), kind, Scenario.micros(amount), memo: "")
    case .place(let wallet, let amount, let ttl, let waits):
      PlaceHold(id(wallet), Scenario.micros(amount), .call, reference: "", ttl: ttl, waitsForRecharge: waits)
    case .extend(let hold, let additional, let ttl):
      ExtendHold(id(hold: hold), additional: additional.map { Scenario.micros($0) }, ttl: ttl)
    case .capture(let hold, let amount, let isFinal):
      CaptureHold(id(hold: hold), Scenario.micros(amount), isFinal: isFinal)
    case .release(let hold): ReleaseHold(id(hold: hold))
    case .refund(let entry, let amount):
      RefundCharge(entry.map { entries[$0] } ?? EntryID(record: 1 << 40, tag: 0), Scenario.micros(amount))
    case .freeze(let wallet): FreezeWallet(id(wallet))
    case .unfreeze(let wallet): UnfreezeWallet(id(wallet))
    case .close(let wallet): CloseWallet(id(wallet))
    case .saveCard(let wallet): SavePaymentMethod(id(wallet), Scenario.card("\(request.key ?? 0)"))
    case .recharge(let wallet, let amount, let withCard, let settings, let number):
      StartRecharge(
        RechargeID("r\(number)"),
        id(wallet),
        Scenario.micros(amount),
        withCard ? Scenario.card("r\(number)") : nil,
        settings.map { AutoRechargeSettings($0) }
      )
    case .settle(let number, .declined, isHard: true):
      SettleRecharge(
        id(recharge: number),
        .declined(processorChargeID: "ch-\(id(recharge: number))", code: "expired_card")
      )
    case .settle(let number, let state, _):
      SettleRecharge(id(recharge: number), Scenario.settlement("\(id(recharge: number))", state))
    case .setAuto(let wallet, let settings): SetAutoRecharge(id(wallet), AutoRechargeSettings(settings))
    case .resumeAuto(let wallet): ResumeAutoRecharge(id(wallet))
    case .sweep, .wake, .readWallet, .readHold: preconditionFailure("no mutation: \(request)")
    }
  }

  private func id(_ wallet: Int) -> WalletID { WalletID("w\(wallet)") }

  private func id(recharge number: Int?) -> RechargeID {
    let number = number ?? 0
    return rechargeIDs[number] ?? RechargeID("r\(number)")
  }

  private func id(hold: Int?) -> HoldID { hold.map { holds[$0] } ?? HoldID(record: 1 << 40, tag: 0) }
}

extension AutoRechargeSettings {
  fileprivate init(_ settings: AutoSettings) {
    self.init(
      isEnabled: settings.isEnabled,
      terms: settings.terms.map { terms in
        AutoRechargeTerms(
          threshold: Scenario.micros(terms.threshold),
          amount: Scenario.micros(terms.amount),
          monthlyLimit: terms.limit.map { Scenario.micros($0) }
        )
      }
    )
  }
}
