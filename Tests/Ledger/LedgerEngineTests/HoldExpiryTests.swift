import Ledger
import LedgerEngine
import StoreContract
import Synchronization
import Testing

@Suite("A batch")
struct HoldExpiryTests {
  @Test("expires due holds before it answers, reads included, and the sweeper finds the rest")
  func expiry() async throws {
    let memory = InMemoryStore.Memory()
    let clock = Clock()
    let committer = try Committer(
      rules: ReopenableLedger<InMemoryStore>.rules,
      clock: { _ in clock.time },
      open: { InMemoryStore(memory) },
      stopped: { Issue.record("stopped: \($0)") }
    )
    for wallet in ["a", "b"] {
      let mutations: [any Mutation] = [
        CreateWallet(WalletID(wallet), .usd),
        GrantCredits(WalletID(wallet), Scenario.usd(10), memo: ""),
        PlaceHold(WalletID(wallet), Scenario.usd(4), .call, reference: "", ttl: 60),
      ]
      for mutation in mutations { _ = try await committer.submit(Scenario.command(mutation, key: "\(mutation)")) }
    }
    clock.advance(seconds: 59)
    #expect(try await committer.submit(GetWallet(WalletID("a"))).reply?.held == 4_000_000)
    clock.advance(seconds: 1)
    #expect(try await committer.submit(GetWallet(WalletID("a"))).reply?.held == 0)
    let sweep = Request(ExpireDueHolds(), from: .ledger)
    #expect(try await committer.submit(sweep).reply == 1)
    #expect(try await committer.submit(sweep).reply == 0)
    let kinds = memory.content.withLock { $0.records.suffix(2).map(\.kind) }
    #expect(kinds == [.holdExpired, .holdExpired])
    committer.close()
  }
}

/// A clock that advances only when told to.
private final class Clock: Sendable {
  private let microseconds = Mutex<Int64>(1_000_000)
  var time: LedgerTime { LedgerTime(microseconds: microseconds.withLock { $0 }) }
  func advance(seconds: Int64) { microseconds.withLock { $0 += seconds * 1_000_000 } }
}
