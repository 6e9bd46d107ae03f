import Ledger
import LedgerEngine
import StoreContract
import Synchronization
import Testing

@Suite("The committer", .timeLimit(.minutes(2)))
struct CommitterTests {
  let memory: InMemoryStore.Memory
  let gate: Gate
  let gateIsUsed = Flag()

  init() {
    let gate = Gate()
    let flag = gateIsUsed
    self.gate = gate
    memory = InMemoryStore.Memory(persistBegins: { if flag.isSet { gate.pass() } })
  }

  func committer(
    clock: @escaping Committer.Clock = { _ in .now },
    stopped: @escaping @Sendable (String) -> Void = { _ in }
  ) throws -> Committer {
    try Committer(
      rules: ReopenableLedger<InMemoryStore>.rules,
      clock: clock,
      open: { [memory] in InMemoryStore(memory) },
      stopped: stopped
    )
  }

  func charge(_ wallet: String, key: String, micros: Int64 = 1) -> Command {
    Scenario.command(Charge(WalletID(wallet), Scenario.micros(micros), .call, reference: ""), key: key)
  }

  /// Creates `wallet` with $10.
  func fund(_ wallet: String, in committer: Committer) async throws {
    let mutations: [any Mutation] = [
      CreateWallet(WalletID(wallet), .usd),
      StartRecharge(RechargeID("r-\(wallet)"), WalletID(wallet), Scenario.usd(10), Scenario.card(wallet)),
      SettleRecharge(RechargeID("r-\(wallet)"), .paid(processorChargeID: "ch-\(wallet)")),
    ]
    for mutation in mutations {
      _ = try await committer.submit(Scenario.command(mutation, key: "fund-\(mutation)"))
    }
  }

  @Test("commits together what arrived while it was syncing")
  func groupCommit() async throws {
    let committer = try committer()
    try await fund("w", in: committer)
    gateIsUsed.set()
    let first = Task { try await committer.submit(charge("w", key: "first")) }
    await gate.waitForArrival()
    // While the first batch is being synced, these operations queue up and form the next batch.
    let results = Collector(expecting: 64)
    for index in 0..<64 { committer.submit(charge("w", key: "k\(index)"), completion: results.completion) }
    gate.open()
    gate.open()
    _ = try await first.value
    let outcomes = await results.all()
    #expect(outcomes.count == 64)
    #expect(memory.content.withLock { $0.batchSizes.suffix(2) } == [1, 64])
    committer.close()
  }

  @Test("gives 64 submitters with the same key one effect and one answer")
  func duplicates() async throws {
    let committer = try committer()
    try await fund("w", in: committer)
    let same = charge("w", key: "same", micros: 1_000_000)
    let outcomes = try await withThrowingTaskGroup(of: CommandOutcome.self) { group in
      for _ in 0..<64 { group.addTask { try await committer.submit(same) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.filter { !$0.isReplay }.count == 1)
    #expect(Set(outcomes.map(\.payload)).count == 1)
    #expect(try await committer.submit(GetWallet(WalletID("w"))).reply?.posted == 9_000_000)
    committer.close()
  }

  @Test("drops a command whose deadline passed before its turn, and no others")
  func deadlines() async throws {
    let committer = try committer()
    try await fund("w", in: committer)
    let past = ContinuousClock.now - .seconds(1)
    await #expect(throws: LedgerError.deadlineExceeded) {
      try await committer.submit(charge("w", key: "a"), deadline: past)
    }
    let future = ContinuousClock.now + .seconds(3600)
    #expect(try await committer.submit(charge("w", key: "a"), deadline: future).isReplay == false)
    committer.close()
  }

  @Test("refuses everything after a failed sync, and reports the failure to its owner once")
  func syncFailure() async throws {
    let stops = Mutex<[String]>([])
    let stopped = Flag()
    let (stream, signal) = AsyncStream<Void>.makeStream()
    let committer = try committer(stopped: { reason in
      stops.withLock { $0.append(reason) }
      signal.yield()
    })
    try await fund("w", in: committer)
    memory.content.withLock { $0.nextFaults = [.failed("fsync: Input/output error")] }
    await #expect(throws: LedgerError.unavailable("fsync: Input/output error")) {
      try await committer.submit(charge("w", key: "a"))
    }
    for await _ in stream { break }
    for key in ["a", "b"] {
      await #expect(throws: LedgerError.unavailable("fsync: Input/output error")) {
        try await committer.submit(charge("w", key: key))
      }
    }
    await #expect(throws: LedgerError.self) { try await committer.submit(GetWallet(WalletID("w"))) }
    #expect(stops.withLock { $0 } == ["fsync: Input/output error"])
    _ = stopped
    committer.close()
  }

  @Test("refuses writes while the disk is full, answers reads and replays, and resumes")
  func diskFull() async throws {
    let committer = try committer()
    try await fund("w", in: committer)
    let done = try await committer.submit(charge("w", key: "done"))
    gateIsUsed.set()
    let first = Task { try await committer.submit(charge("w", key: "first")) }
    await gate.waitForArrival()
    let results = Collector(expecting: 3)
    memory.content.withLock { $0.nextFaults = [.diskFull("no room")] }
    // The first charge meets the full disk alone; the next three share a batch.
    committer.submit(charge("w", key: "new"), completion: results.completion)
    committer.submit(Command.ask(GetWallet(WalletID("w"))), completion: results.completion)
    committer.submit(charge("w", key: "done"), completion: results.completion)
    gate.open()
    await #expect(throws: LedgerError.diskFull) { try await first.value }
    memory.content.withLock { $0.nextFaults = [.diskFull("no room")] }
    gate.open()
    let outcomes = await results.all()
    #expect(outcomes.filter { $0 == .failure(.diskFull) }.count == 1)
    #expect(outcomes.contains(.success(done.asReplay)))
    let wallets = outcomes.compactMap { try? $0.get().reply(as: Wallet.self) }
    #expect(wallets.map(\.posted) == [9_999_999])
    gate.open()
    #expect(try await committer.submit(charge("w", key: "new")).isReplay == false)
    committer.close()
  }

  @Test("never lets ledger time run backwards")
  func time() async throws {
    // The first is read when the store has been opened.
    let ticks = Mutex<[Int64]>([1, 5_000_000, 4_000_000, 1, 6_000_000])
    let committer = try committer(clock: { _ in
      LedgerTime(microseconds: ticks.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] })
    })
    for wallet in ["a", "b", "c", "d"] {
      _ = try await committer.submit(Scenario.command(CreateWallet(WalletID(wallet), .usd), key: wallet))
    }
    #expect(
      memory.content.withLock { $0.records.map(\.time.microseconds) } == [5_000_000, 5_000_000, 5_000_000, 6_000_000]
    )
    committer.close()
  }

  @Test("answers what is queued before it closes, and refuses what comes later")
  func close() async throws {
    let committer = try committer()
    try await fund("w", in: committer)
    let results = Collector(expecting: 100)
    for index in 0..<100 { committer.submit(charge("w", key: "k\(index)"), completion: results.completion) }
    committer.close()
    #expect(await results.all().allSatisfy { if case .success = $0 { true } else { false } })
    await #expect(throws: LedgerError.unavailable("the ledger is shutting down")) {
      try await committer.submit(charge("w", key: "late"))
    }
  }

  @Test("throws the reason why its store cannot be opened")
  func opening() {
    #expect(throws: StoreError.failed("no such store")) {
      try Committer(
        rules: ReopenableLedger<InMemoryStore>.rules,
        clock: { _ in .now },
        open: { () throws(StoreError) -> InMemoryStore in throw .failed("no such store") },
        stopped: { _ in }
      )
    }
  }
}

@Suite("The in-memory store keeps the store's contract")
struct InMemoryStoreTests {
  let memory = InMemoryStore.Memory()
  var contract: StoreContract<InMemoryStore> { StoreContract { [memory] in InMemoryStore(memory) } }

  @Test("a new store is empty") func empty() throws { try contract.aNewStoreIsEmpty() }
  @Test("the scenario has every kind of record and every final refusal")
  func kinds() throws { try contract.theScenarioHasEveryKind() }
  @Test("every mutation survives a restart") func restart() throws { try contract.everyMutationSurvivesARestart() }
  @Test("position and time survive a restart") func position() throws { try contract.positionSurvivesARestart() }
  @Test("facts survive a restart") func facts() throws { try contract.factsSurviveARestart() }
  @Test("cards are found by their tokens") func tokens() throws { try contract.cardsAreFoundByTheirTokens() }
  @Test("keys are taken byte for byte") func keys() throws { try contract.keysAreTakenByteForByte() }
  @Test("agrees with the pure rules", arguments: UInt64(1)...12)
  func random(seed: UInt64) throws { try contract.agreesWithThePureRules(seed: seed) }
}
