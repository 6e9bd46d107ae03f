import Ledger
import LedgerEngine
import StoreContract
import Testing

/// A committer over memory, with helpers for tests of scans.
struct TestLedger {
  let memory = InMemoryStore.Memory()
  let committer: Committer

  init() throws {
    committer = try Committer(
      rules: ReopenableLedger<InMemoryStore>.rules,
      clock: { _ in .now },
      open: { [memory] in InMemoryStore(memory) },
      stopped: { Issue.record("the committer stopped: \($0)") }
    )
  }

  /// Creates `wallet` with $10: four changes.
  func fund(_ wallet: String) async throws {
    let mutations: [any Mutation] = [
      CreateWallet(WalletID(wallet), .usd),
      StartRecharge(RechargeID("r-\(wallet)"), WalletID(wallet), Scenario.usd(10), Scenario.card(wallet)),
      SettleRecharge(RechargeID("r-\(wallet)"), .paid(processorChargeID: "ch-\(wallet)")),
    ]
    for mutation in mutations {
      _ = try await committer.submit(Scenario.command(mutation, key: "fund-\(mutation)"))
    }
  }

  @discardableResult
  func charge(_ wallet: String, key: String, micros: Int64 = 1) async throws -> CommandOutcome {
    try await committer.submit(
      Scenario.command(Charge(WalletID(wallet), Scenario.micros(micros), .call, reference: ""), key: key)
    )
  }
}

extension WalletUpdates {
  /// Returns the sequences of the next `count` changes.
  func sequences(_ count: Int) async throws -> [Int64] {
    var sequences: [Int64] = []
    while sequences.count < count, let update = try await next() {
      if case .change(let change) = update { sequences.append(change.sequence) }
    }
    return sequences
  }
}
