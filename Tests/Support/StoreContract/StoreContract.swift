package import Ledger
package import LedgerEngine
import MessageDigest
import SeededRandom
import Testing

/// The requirements on every store. `open` opens the same ledger each time, as after a restart.
package struct StoreContract<OpenedStore: Store> {
  private let open: () throws -> OpenedStore

  package init(open: @escaping () throws -> OpenedStore) { self.open = open }

  package func aNewStoreIsEmpty() throws {
    let ledger = try ReopenableLedger(open)
    #expect(try ledger.position == .start)
    #expect(try ledger.run(.ask(GetWallet(WalletID("w")))).refusal == .walletNotFound(WalletID("w")))
    #expect(try ledger.run(.ask(ListOpenMatters())).reply(as: OpenMatters.self) == OpenMatters())
    #expect(try ledger.journal(of: "w").isEmpty)
  }

  /// Performs every mutation in a separate batch, then restarts: the data is complete, and each key is replayed.
  package func everyMutationSurvivesARestart() throws {
    let ledger = try ReopenableLedger(open)
    var outcomes: [(command: Command, outcome: CommandOutcome)] = []
    var recharges: [RechargeID: CommandOutcome] = [:]
    var refunds: [RechargeRefundID: CommandOutcome] = [:]
    for (index, mutation) in Scenario.mutations.enumerated() {
      let command = Scenario.command(mutation, key: "k\(index)")
      let outcome = try ledger.run(command)
      outcomes.append((command, outcome))
      if let recharge = outcome.recharge { recharges[recharge.id] = outcome }
      if let refund = outcome.rechargeRefund { refunds[refund.id] = outcome }
    }
    var questions: [any Question] = [
      GetWallet(WalletID("a")), GetWallet(WalletID("b")), GetWallet(WalletID("c")), GetWallet(WalletID("d")),
      GetWallet(WalletID("e")), GetAutoRecharge(WalletID("a")), GetAutoRecharge(WalletID("e")),
      GetRechargeOptions(WalletID("a")), GetPaymentMethod(WalletID("a"), nil),
      GetPaymentMethod(WalletID("a"), PaymentMethodID("pm-1")), ListOpenMatters(),
      GetRecharge(RechargeID("r1")), GetRecharge(RechargeID("r2")), GetRecharge(RechargeID("r5")),
      ListPaymentMethods(WalletID("a")), ListPaymentMethods(WalletID("f")), GetRechargeOptions(WalletID("f")),
      GetRechargeHistory(RechargeID("a-g")), GetRechargeHistory(RechargeID("b-g")),
      GetRechargeHistory(RechargeID("c-g")), FindRechargeOfCharge("ch-c-g"), GetWallet(WalletID("f")),
      GetWallet(WalletID("g")),
    ]
    questions += refunds.keys.map { GetRechargeRefund($0) }
    let holds = outcomes.compactMap(\.outcome.hold?.id)
    #expect(Set(holds).count == 4)
    questions += holds.map { GetHold($0) }
    let asked = questions.map { Command.ask($0) }
    let before = try ledger.run(asked)
    #expect(before.allSatisfy { $0.refusal == nil })
    try ledger.restart()
    #expect(try ledger.run(asked) == before)
    for (command, outcome) in outcomes where command.origin?.key != nil {
      var expected = outcome
      if let recharge = outcome.recharge { expected = recharges[recharge.id] ?? outcome }
      if let refund = outcome.rechargeRefund { expected = refunds[refund.id] ?? outcome }
      if let refusal = outcome.refusal { #expect(refusal.isRemembered) }
      #expect(try ledger.run(command) == expected.asReplay)
    }
    #expect(try ledger.run(asked) == before)
    try ledger.prove(["a", "b", "c", "d", "e", "f", "g", "h", "l"])
  }

  /// Performs random commands, in batches of random size with restarts, on the store and on an in-memory state: the
  /// outcomes and the final position are the same.
  package func agreesWithThePureRules(seed: UInt64) throws {
    var dice = SplitMix64(seed: seed)
    var scenario = Scenario(dice: SplitMix64(seed: seed &* 31))
    let memory = InMemoryStore.Memory()
    let expected = try ReopenableLedger { InMemoryStore(memory) }
    let ledger = try ReopenableLedger(open)
    var time = LedgerTime(microseconds: 0)
    for _ in 1...60 {
      let commands = (0..<Int.random(in: 1...12, using: &dice)).map { _ in scenario.next() }
      time = time.adding(seconds: [1, 1, 1, 30, 90, 4000, 900_000].randomElement(using: &dice) ?? 1)
      #expect(try ledger.run(commands, at: time) == expected.run(commands, at: time))
      #expect(try ledger.position == expected.position)
      if Int.random(in: 0..<8, using: &dice) == 0 { try ledger.restart() }
    }
    try ledger.prove(Scenario.walletIDs)
  }

  /// The scenario contains every kind of record, since tests of every mutation rely on it.
  package func theScenarioHasEveryKind() throws {
    let ledger = try ReopenableLedger(open)
    var kinds: Set<RecordKind> = []
    var reasons: Set<String> = []
    for (index, mutation) in Scenario.mutations.enumerated() {
      let outcome = try ledger.run(Scenario.command(mutation, key: "k\(index)"))
      if let refusal = outcome.refusal { reasons.insert(refusal.reason.rawValue) }
    }
    for walletID in ["a", "b", "c", "d", "e", "f", "g", "h", "l"] {
      kinds.formUnion(try ledger.journal(of: walletID).map(\.kind))
    }
    // No mutation of the scenario causes timer-driven records, nor can a wallet be without a card yet.
    let others: Set<RecordKind> = [
      .holdExpired, .autoRechargeArmed, .autoRechargeLimitReached, .autoRechargeSuspended,
    ]
    #expect(kinds == Set(RecordKind.allCases).subtracting(others))
    #expect(reasons == Model.remembered.union(Model.rememberedOutsideModel))
  }

  /// Performs random steps in batches, with restarts: every outcome is as the model predicts.
  package func agreesWithTheModel(seed: UInt64, steps: Int) throws {
    var source = StepSource(seed: seed)
    let ledger = try ReopenableLedger(open)
    var run = ModelRun(ledger, batchesBetweenRestarts: 40)
    try run.run(source.steps(steps))
  }

  package func keysAreTakenByteForByte() throws {
    let keys = ["k", "K", "k ", "k\u{301}", "\u{1E31}", String(repeating: "x", count: 255), "k'\"%_;--", "0", "00"]
    let ledger = try ReopenableLedger(open)
    for caller in ["c", "ck", ""] {
      for key in keys {
        let command = Scenario.command(CreateWallet(WalletID("\(caller)/\(key)"), .usd), key: key, caller: caller)
        #expect(try ledger.run(command).isReplay == false)
        try ledger.restart()
        #expect(try ledger.run(command).isReplay == true)
      }
    }
  }

  package func factsSurviveARestart() throws {
    let ledger = try ReopenableLedger(open)
    #expect(try ledger.decide(GetLedgerFacts()).reply == LedgerFacts())
    let account = ProcessorAccount(id: "acct_1", isLive: true)
    let other = ProcessorAccount(id: "acct_2", isLive: true)
    #expect(try ledger.decide(PinProcessorAccount(account)).reply == account)
    _ = try ledger.decide(AdvanceEventCursor(to: "e1"))
    _ = try ledger.decide(AdvanceEventCursor(to: "e2"))
    let position = try ledger.position
    #expect(position.fact == 3)
    try ledger.restart()
    #expect(try ledger.position == position)
    #expect(try ledger.decide(PinProcessorAccount(other)).reply == account)
    #expect(try ledger.decide(AdvanceEventCursor(to: "e2")).reply?.eventCursor == "e2")
    #expect(try ledger.position == position)
    #expect(try ledger.decide(GetLedgerFacts()).reply?.processorAccount == account)
  }

  package func cardsAreFoundByTheirTokens() throws {
    let ledger = try ReopenableLedger(open)
    for (index, mutation) in Scenario.mutations.enumerated() {
      _ = try ledger.run(Scenario.command(mutation, key: "k\(index)"))
    }
    func ids(_ token: String) throws -> [String]? {
      try ledger.decide(FindPaymentMethodsOfToken(PaymentMethodToken(token))).reply?.map(\.id.value)
    }
    let card = Scenario.card("f4")
    try ledger.restart()
    #expect(try ids(card.token.secret) == [card.id.value])
    #expect(try ids("tok-none") == [])
    // Of the removed and the invalidated ones nothing is found.
    #expect(try ids(Scenario.card("f1").token.secret) == [])
    #expect(try ids(Scenario.card("f5").token.secret) == [])
  }

  package func positionSurvivesARestart() throws {
    let ledger = try ReopenableLedger(open)
    for (refusals, seconds) in [5, 6].enumerated() {
      let time = LedgerTime(microseconds: Int64(seconds) * 1_000_000)
      let command = Scenario.command(CreateWallet(WalletID("w"), .usd), key: "\(seconds)")
      _ = try ledger.run([command], at: time)
      try ledger.restart()
      let position = try ledger.position
      #expect(position.record == 1)
      #expect(position.refusal == Int64(refusals))
      #expect((position.refusalHash == .zero) == (refusals == 0))
      #expect(position.time == time)
    }
  }
}

/// A store that can be reopened, driven like the committer drives it: load → decide → persist.
package final class ReopenableLedger<OpenedStore: Store> {
  private let open: () throws -> OpenedStore
  private var store: OpenedStore?

  package static var rules: Rules { Rules(sha256: { Digest(SHA256.hash($0)) }) }

  package init(_ open: @escaping () throws -> OpenedStore) throws {
    self.open = open
    store = try open()
  }

  /// Closes the store before opening it again, because a data directory has one owner.
  package func restart() throws {
    store = nil
    store = try open()
  }

  package func whileClosed(_ body: () throws -> Void) throws {
    store = nil
    try body()
    store = try open()
  }

  package var position: Position {
    get throws { try #require(store).position }
  }

  package func run(_ command: Command) throws -> CommandOutcome { try run([command])[0] }

  /// Decides one operation in a batch of its own.
  package func decide<Asked: Operation>(_ operation: Asked) throws -> Outcome<Asked.Reply> {
    var needs = Needs(at: Scenario.time)
    operation.addNeeds(to: &needs)
    var state = try #require(try store?.load(needs))
    let outcome = operation.decide(by: Self.rules, in: &state, at: Scenario.time)
    guard !state.changes.isEmpty else { return outcome }
    state.position.time = Scenario.time
    try store?.persist(state)
    return outcome
  }

  package func run(
    _ commands: [Command],
    at time: LedgerTime = Scenario.time
  ) throws -> [CommandOutcome] {
    var needs = Needs(at: time)
    for command in commands { command.addNeeds(to: &needs) }
    guard var state = try store?.load(needs) else { return [] }
    Self.rules.expireDueHolds(in: &state, at: time)
    let outcomes = commands.map { $0.decide(by: Self.rules, in: &state, at: time) }
    guard !state.changes.isEmpty else { return outcomes }
    state.position.time = time
    try store?.persist(state)
    // As in the committer, maintenance that fails on a full disk is not an error.
    do throws(StoreError) {
      try store?.maintain(isIdle: false)
    } catch {
      guard case .diskFull = error else { throw error }
    }
    return outcomes
  }

  package func journal(of walletID: String) throws -> [JournalRecord] {
    try store?.journal(of: WalletID(walletID)) ?? []
  }

  package func account(_ walletID: String) throws -> Account? {
    var needs = Needs(at: LedgerTime(microseconds: 0))
    GetWallet(WalletID(walletID)).addNeeds(to: &needs)
    return try store?.load(needs).accounts[WalletID(walletID)]
  }

  package struct NotConserved: Error {
    package let micros: Int64
  }

  /// Replays the wallets' journals, and sums both sides of every entry. `walletIDs` must name all wallets.
  package func prove(_ walletIDs: [String]) throws {
    var sum: Int64 = 0
    for id in walletIDs {
      guard let account = try account(id) else { continue }
      var verifier = JournalVerifier(walletID: WalletID(id), sha256: Self.rules.sha256)
      for record in try journal(of: id) {
        try verifier.check(record)
        if record.counterAccount != nil { sum -= record.amount }
      }
      try verifier.finish(at: account)
      sum += account.wallet.posted
    }
    guard sum == 0 else { throw NotConserved(micros: sum) }
  }
}
