import Ledger
import LedgerEngine
import StoreContract
import Testing

@Suite("A ledger with damaged rows", .timeLimit(.minutes(2)))
struct DamageTests {
  let gate = Gate()
  let gateIsUsed = Flag()
  let memory: InMemoryStore.Memory

  init() {
    memory = InMemoryStore.Memory(persistBegins: { [gate, gateIsUsed] in if gateIsUsed.isSet { gate.pass() } })
  }

  func committer() throws -> Committer {
    try Committer(
      rules: ReopenableLedger<InMemoryStore>.rules,
      clock: { _ in .now },
      open: { [memory] in InMemoryStore(memory) },
      stopped: { Issue.record("the committer stopped: \($0)") }
    )
  }

  func fund(_ wallet: String, in committer: Committer) async throws {
    let mutations: [any Mutation] = [
      CreateWallet(WalletID(wallet), .usd), GrantCredits(WalletID(wallet), Scenario.usd(10), memo: "m"),
    ]
    for mutation in mutations {
      _ = try await committer.submit(Scenario.command(mutation, key: "fund-\(mutation)"))
    }
  }

  func charge(_ wallet: String, key: String) -> Command {
    Scenario.command(Charge(WalletID(wallet), Scenario.micros(1), .call, reference: ""), key: key)
  }

  /// Submits `commands` during another batch's commit, so that they form one batch. Returns their results.
  func runTogether(_ commands: [Command], in committer: Committer) async throws -> [Result<CommandOutcome, LedgerError>]
  {
    gateIsUsed.set()
    let first = Task { try await committer.submit(charge("first", key: "gate")) }
    await gate.waitForArrival()
    let results = commands.map { command in
      let result = Collector(expecting: 1)
      committer.submit(command, completion: result.completion)
      return result
    }
    // At least once for each part of a bisected batch.
    for _ in 0..<64 { gate.open() }
    _ = try await first.value
    var outcomes: [Result<CommandOutcome, LedgerError>] = []
    for result in results { outcomes += await result.all() }
    return outcomes
  }

  @Test("fails the operations that need them, and commits the others of the batch together")
  func loading() async throws {
    let committer = try committer()
    for wallet in ["first", "a", "b", "c"] { try await fund(wallet, in: committer) }
    memory.content.withLock { $0.damagedWallets = [WalletID("b")] }
    let commands = ["a", "b", "c", "b", "a"].enumerated().map { charge($1, key: "k\($0)") }
    let outcomes = try await runTogether(commands, in: committer)
    let damaged = LedgerError.damaged("wallet b cannot be read")
    #expect(outcomes[1] == .failure(damaged) && outcomes[3] == .failure(damaged))
    #expect(try [0, 2, 4].allSatisfy { try outcomes[$0].get().isReplay == false })
    #expect(memory.content.withLock { $0.batchSizes.suffix(2) } == [1, 3])
    await #expect(throws: damaged) { try await committer.submit(GetWallet(WalletID("b"))) }
    #expect(try await committer.submit(GetWallet(WalletID("a"))).reply?.posted == 9_999_998)
    committer.close()
  }

  @Test("that cannot be written fail the changes of these rows, and of no others")
  func writing() async throws {
    let committer = try committer()
    let wallets = (0..<9).map { "w\($0)" }
    for wallet in ["first"] + wallets { try await fund(wallet, in: committer) }
    memory.content.withLock { $0.unwritableWallets = [WalletID("w3"), WalletID("w8")] }
    let commands = wallets.enumerated().map { charge($1, key: "k\($0)") } + [.ask(GetWallet(WalletID("w3")))]
    let outcomes = try await runTogether(commands, in: committer)
    for (index, wallet) in wallets.enumerated() {
      switch wallet {
      case "w3", "w8": #expect(outcomes[index] == .failure(.damaged("wallet \(wallet) cannot be written")))
      default: #expect(try outcomes[index].get().wallet?.posted == 9_999_999)
      }
    }
    #expect(try outcomes[9].get().reply(as: Wallet.self)?.posted == 10_000_000)
    committer.close()
  }

  @Test("whose last changes are not all known is read, and answers what it has answered, but is not changed")
  func refusingChanges() async throws {
    let committer = try committer()
    try await fund("a", in: committer)
    let done = try await committer.submit(charge("a", key: "done"))
    memory.content.withLock { $0.reasonToRefuseChanges = "record 7 cannot be read" }
    await #expect(throws: LedgerError.damaged("record 7 cannot be read")) {
      try await committer.submit(charge("a", key: "new"))
    }
    #expect(try await committer.submit(charge("a", key: "done")) == done.asReplay)
    #expect(try await committer.submit(GetWallet(WalletID("a"))).reply?.posted == 9_999_999)
    #expect(memory.content.withLock { $0.records.count } == 3)
    committer.close()
  }

  @Test("ends a scan that needs them, and goes on")
  func scans() async throws {
    let committer = try committer()
    try await fund("a", in: committer)
    memory.content.withLock { $0.damagedWallets = [WalletID("a")] }
    let watch = committer.watch(WalletID("a"), from: .snapshot)
    await #expect(throws: ScanError.damaged("wallet a cannot be read")) { try await watch.next() }
    memory.content.withLock { $0.damagedWallets = [] }
    #expect(try await committer.submit(charge("a", key: "k")).isReplay == false)
    committer.close()
  }

  @Test("is proved to the end, and what cannot be read is named")
  func verification() async throws {
    let committer = try committer()
    try await fund("a", in: committer)
    memory.content.withLock { $0.nextLoadFaults = [.damaged("the recharges that are open cannot be read")] }
    let updates = committer.verify()
    var verdict: LedgerVerdict?
    while let update = try await updates.next() {
      if case .verdict(let found) = update { verdict = found }
    }
    #expect(verdict?.flaws.kept == ["the recharges that are open cannot be read"])
    #expect(verdict?.records == 2)
    committer.close()
  }
}
