import Foundation
import Ledger
import LedgerEngine
import SQLiteStore
import SeededRandom
import SimulatedDisk
import StoreContract
import Testing

extension SQLiteStore.Settings {
  /// Settings so small that a few commands cause flushes, merges, folds, evictions and checkpoints.
  static func tiny(on disk: SimulatedDisk) -> SQLiteStore.Settings {
    var settings = SQLiteStore.Settings()
    settings.vfs = disk.name
    settings.framesBeforeCheckpoint = 24
    settings.keys.keysPerRun = 7
    settings.keys.runsPerLevel = 2
    settings.keys.keysPerPage = 3
    settings.keys.pagesPerSlice = 2
    settings.accountsBeforeFold = 2
    settings.recordsBeforeFold = 9
    settings.rowsPerFoldSlice = 1
    settings.cachedAccounts = 2
    return settings
  }
}

/// Random batches on a simulated disk, beside a store in memory that gives the expected results.
final class RecordedLedger {
  struct Batch {
    let commands: [Command]
    let outcomes: [CommandOutcome]
    let time: LedgerTime
    /// The ledger after the batch.
    let position: Position
    let accounts: [WalletID: Account]
    /// The number of disk operations when the batch was answered; nil if it was never answered.
    var acknowledgedAt: Int?
  }

  let directory = TemporaryDirectory()
  let disk: SimulatedDisk
  private(set) var batches: [Batch] = []
  private let memory = InMemoryStore.Memory()
  private let model: ReopenableLedger<InMemoryStore>

  init(disk: SimulatedDisk = SimulatedDisk()) throws {
    self.disk = disk
    model = try ReopenableLedger { [memory] in InMemoryStore(memory) }
  }

  func open() throws -> ReopenableLedger<SQLiteStore> {
    try ReopenableLedger { [directory, disk] in
      try SQLiteStore(directory: directory.path, settings: .tiny(on: disk))
    }
  }

  /// Computes the expected outcomes of the next batch, without writing to the disk.
  func expect(_ commands: [Command]) throws -> Batch {
    let time = LedgerTime(microseconds: Int64(batches.count + 1) * 1_000_000)
    let outcomes = try model.run(commands, at: time)
    let accounts = memory.content.withLock { $0.whole.accounts }
    let position = try model.position
    let batch = Batch(commands: commands, outcomes: outcomes, time: time, position: position, accounts: accounts)
    batches.append(batch)
    return batch
  }

  func acknowledgeLast() { batches[batches.count - 1].acknowledgedAt = disk.operationCount }

  /// Runs `count` random batches, with restarts between them.
  func run(seed: UInt64, batches count: Int) throws {
    var dice = SplitMix64(seed: seed)
    var scenario = Scenario(dice: SplitMix64(seed: seed &* 31))
    let ledger = try open()
    for _ in 0..<count {
      let batch = try expect((0..<Int.random(in: 1...6, using: &dice)).map { _ in scenario.next() })
      #expect(try ledger.run(batch.commands, at: batch.time) == batch.outcomes)
      acknowledgeLast()
      if Int.random(in: 0..<12, using: &dice) == 0 { try ledger.restart() }
    }
  }

  /// Opens the remaining files of a disk, and checks that they are the ledger after one of the batches, no earlier than the
  /// last one that was answered within the first `operations` operations.
  func checkLedger(in files: [String: [UInt8]], after operations: Int) throws {
    let left = SimulatedDisk(files: files)
    let ledger = try ReopenableLedger { [directory] in
      try SQLiteStore(directory: directory.path, settings: .tiny(on: left))
    }
    let position = try ledger.position
    let acknowledged = batches.lastIndex { $0.acknowledgedAt.map { $0 <= operations } ?? false }
    let found = batches.lastIndex { $0.position.record == position.record && $0.position.refusal == position.refusal }
    if let acknowledged {
      let found = try #require(found, "\(position) is the end of no batch")
      let last = batches[acknowledged].position
      #expect(position.record >= last.record && position.refusal >= last.refusal, "an acknowledged batch is lost")
      #expect(position.time >= last.time || last == position)
      for (walletID, account) in batches[found].accounts {
        #expect(try ledger.account(walletID.value) == account, "\(walletID)")
      }
    }
    try ledger.prove(Scenario.walletIDs)
    try checkKeys(of: ledger, through: found)
    // The ledger continues normally.
    for batch in batches.dropFirst((found ?? -1) + 1).prefix(8) {
      #expect(try ledger.run(batch.commands, at: batch.time) == batch.outcomes)
    }
    try ledger.prove(Scenario.walletIDs)
  }

  /// Checks that every key decided in the batches through `last` is found with its answer, and no other key.
  private func checkKeys(of ledger: ReopenableLedger<SQLiteStore>, through last: Int?) throws {
    var decided: Set<IdempotencyKey> = []
    for (index, batch) in batches.enumerated() {
      for (command, outcome) in zip(batch.commands, batch.outcomes) {
        guard let key = command.origin?.idempotencyKey, let lookup = command.recorded else { continue }
        if outcome.refusal?.isRemembered == false { continue }
        let recorded = try ledger.run(lookup).reply(as: CommandOutcome.self)
        if index <= last ?? -1 {
          decided.insert(key)
          #expect(recorded?.isReplay == true)
          // The reply about a recharge changes with its state.
          if outcome.recharge != nil { continue }
          #expect(recorded == outcome.asReplay)
        } else if !decided.contains(key) {
          #expect(recorded == nil, "a key whose batch is lost was found")
        }
      }
    }
  }
}
