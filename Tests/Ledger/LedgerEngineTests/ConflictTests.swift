import Ledger
import LedgerEngine
import StoreContract
import Synchronization
import Testing

@Suite("A batch that meets a conflict", .timeLimit(.minutes(2)))
struct ConflictTests {
  let memory: InMemoryStore.Memory
  /// The commits of other writers at the start of the next persists.
  let rivals = Rivals()
  let began = Counter()
  let attempts = Counter()
  let commits = Counter()

  init() { memory = InMemoryStore.Memory(persistBegins: { [rivals] in rivals.runNext() }) }

  func committer() throws -> Committer {
    try Committer(
      rules: ReopenableLedger<InMemoryStore>.rules,
      clock: { _ in .now },
      open: { [memory] in InMemoryStore(memory) },
      rechargeBegun: { [began] _ in began.add() },
      commits: { [attempts, commits] moment, _ in
        switch moment {
        case .before: attempts.add()
        case .after: commits.add()
        }
      },
      stopped: { Issue.record("the committer stopped: \($0)") }
    )
  }

  /// Creates the wallet "w" with $10: three changes.
  func fund(in committer: Committer) async throws {
    let mutations: [any Mutation] = [
      CreateWallet(WalletID("w"), .usd),
      StartRecharge(RechargeID("r"), WalletID("w"), Scenario.usd(10), Scenario.card("w")),
      SettleRecharge(RechargeID("r"), .paid(processorChargeID: "ch")),
    ]
    for (index, mutation) in mutations.enumerated() {
      _ = try await committer.submit(Scenario.command(mutation, key: "fund-\(index)"))
    }
  }

  func charge(key: String, micros: Int64) -> Command {
    Scenario.command(Charge(WalletID("w"), Scenario.micros(micros), .call, reference: ""), key: key)
  }

  /// Commits `command` through another store over the same ledger.
  @Sendable func commitElsewhere(_ command: Command) {
    #expect(throws: Never.self) {
      _ = try ReopenableLedger { [memory] in InMemoryStore(memory) }.run([command], at: .now)
    }
  }

  @Test("has its effects, completions and events once")
  func once() async throws {
    let committer = try committer()
    try await fund(in: committer)
    let watch = committer.watch(WalletID("w"), from: .after(sequence: 3))
    let events = committer.watchEvents(after: nil, rules: EventRules(lowBalance: 9_000_000))
    guard case .nothing(let start)? = try await events.next() else { return #expect(Bool(false), "no place") }
    #expect(start.record == 3)
    let (began, attempts, commits) = (began.count, attempts.count, commits.count)

    memory.content.withLock { $0.nextFaults = [.conflict("first"), .conflict("second")] }
    let second = StartRecharge(RechargeID("r2"), WalletID("w"), Scenario.usd(10), Scenario.card("w"))
    let recharge = try await committer.submit(Scenario.command(second, key: "r2"))
    #expect(recharge.isReplay == false && recharge.recharge?.state == .processing)
    #expect(self.attempts.count - attempts == 3 && self.commits.count - commits == 1)

    memory.content.withLock { $0.nextFaults = [.conflict("third")] }
    #expect(try await committer.submit(charge(key: "c", micros: 2_000_000)).wallet?.posted == 8_000_000)
    #expect(try await committer.submit(charge(key: "d", micros: 1)).wallet?.posted == 7_999_999)
    #expect(self.began.count - began == 1)
    #expect(try await watch.sequences(3) == [4, 5, 6])
    guard case .events(let found, let record)? = try await events.next() else { return #expect(Bool(false), "none") }
    #expect(found == [.lowBalance] && record.number == 5)
    #expect(memory.content.withLock { $0.records.map(\.number) } == [1, 2, 3, 4, 5, 6])
    committer.close()
  }

  @Test("is decided again on what the other writer left")
  func decidedAgain() async throws {
    let committer = try committer()
    try await fund(in: committer)
    let rival = charge(key: "rival", micros: 5_000_000)
    rivals.add { [self] in commitElsewhere(rival) }
    let refused = try await committer.submit(charge(key: "k", micros: 8_000_000))
    #expect(refused.refusal?.reason == .insufficientCredits)
    #expect(try await committer.submit(GetWallet(WalletID("w"))).reply?.posted == 5_000_000)
    committer.close()
  }

  @Test("is answered as a replay if the other writer has committed the same request")
  func sameKey() async throws {
    let committer = try committer()
    try await fund(in: committer)
    let same = charge(key: "same", micros: 4_000_000)
    rivals.add { [self] in commitElsewhere(same) }
    let outcome = try await committer.submit(same)
    #expect(outcome.isReplay && outcome.wallet?.posted == 6_000_000)
    #expect(try await committer.submit(GetWallet(WalletID("w"))).reply?.posted == 6_000_000)
    committer.close()
  }

  @Test("is refused after some attempts, without effect, and the ledger continues")
  func bounded() async throws {
    let committer = try committer()
    try await fund(in: committer)
    let conflicts = (1...Committer.mostAttempts).map { StoreError.conflict("conflict \($0)") }
    memory.content.withLock { $0.nextFaults = conflicts }
    let last = "conflict \(Committer.mostAttempts)"
    await #expect(throws: LedgerError.unavailable(last)) {
      try await committer.submit(charge(key: "k", micros: 1))
    }
    #expect(memory.content.withLock { $0.records.count } == 3)
    memory.content.withLock { $0.nextFaults = Array(conflicts.dropLast()) }
    let outcome = try await committer.submit(charge(key: "k", micros: 1))
    #expect(outcome.isReplay == false && outcome.wallet?.posted == 9_999_999)
    committer.close()
  }

  @Test("is loaded again if loading met the conflict")
  func loading() async throws {
    let committer = try committer()
    try await fund(in: committer)
    memory.content.withLock { $0.nextLoadFaults = [.conflict("first"), .conflict("second")] }
    #expect(try await committer.submit(charge(key: "k", micros: 1)).wallet?.posted == 9_999_999)
    committer.close()
  }

  @Test("is decided once even if two committers share a ledger and get the same requests")
  func twoCommitters() async throws {
    let committers = [try committer(), try committer()]
    try await fund(in: committers[0])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<200 {
        // Submit each request to both committers.
        for committer in committers {
          group.addTask { try await submit(charge(key: "k\(index)", micros: 1000), to: committer) }
        }
      }
      try await group.waitForAll()
    }
    for committer in committers {
      #expect(try await committer.submit(GetWallet(WalletID("w"))).reply?.posted == 9_800_000)
      committer.close()
    }
    #expect(memory.content.withLock { $0.records.count } == 203)
    try ReopenableLedger { InMemoryStore(memory) }.prove(["w"])
  }

  /// Retries, as callers do.
  private func submit(_ command: Command, to committer: Committer) async throws {
    while true {
      do {
        _ = try await committer.submit(command)
        return
      } catch LedgerError.unavailable {
        await Task.yield()
      }
    }
  }
}

@Suite("A scan over a store with other users", .timeLimit(.minutes(2)))
struct SharedStoreScanTests {
  let ledger: TestLedger

  init() throws { ledger = try TestLedger() }

  @Test("fails alone if it meets a conflict")
  func conflict() async throws {
    try await ledger.fund("w")
    ledger.memory.content.withLock { $0.nextLoadFaults = [.conflict("changed meanwhile")] }
    let watch = ledger.committer.watch(WalletID("w"), from: .snapshot)
    await #expect(throws: ScanError.ledger(.unavailable("changed meanwhile"))) { try await watch.next() }
    let again = ledger.committer.watch(WalletID("w"), from: .snapshot)
    guard case .snapshot(let wallet)? = try await again.next() else { return #expect(Bool(false), "no snapshot") }
    #expect(wallet.posted == 10_000_000)
    ledger.committer.close()
  }

  @Test("reports a failed backup if the store cannot copy, and the ledger continues")
  func noBackup() async throws {
    try await ledger.fund("w")
    let backup = ledger.committer.backup()
    await #expect(
      throws: ScanError.backupFailed("the ledger's store makes no copies: back up what it keeps the ledger in")
    ) {
      try await backup.next()
    }
    #expect(try await ledger.charge("w", key: "k").isReplay == false)
    ledger.committer.close()
  }
}

/// Commits of other writers, made one after another.
final class Rivals: Sendable {
  private let commits = Mutex<[@Sendable () -> Void]>([])

  func add(_ commit: @escaping @Sendable () -> Void) { commits.withLock { $0.append(commit) } }

  func runNext() {
    let next = commits.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    next?()
  }
}

final class Counter: Sendable {
  private let value = Mutex(0)
  var count: Int { value.withLock { $0 } }
  func add() { value.withLock { $0 += 1 } }
}
