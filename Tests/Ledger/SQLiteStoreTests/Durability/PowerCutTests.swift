import Foundation
import Ledger
import LedgerEngine
import SQLiteStore
import SeededRandom
import SimulatedDisk
import StoreContract
import Testing

@Suite("A power cut")
struct PowerCutTests {
  /// The number of points at which to cut the power; `CREDITS_POWER_CUTS=all` tries every one.
  static var cuts: Int {
    switch ProcessInfo.processInfo.environment["CREDITS_POWER_CUTS"] {
    case "all": .max
    case let text: text.flatMap { Int($0) } ?? 60
    }
  }

  @Test("loses no acknowledged batch at any point", arguments: UInt64(1)...2)
  func anywhere(seed: UInt64) throws {
    let recorded = try RecordedLedger()
    try recorded.run(seed: seed, batches: 70)
    let operations = recorded.disk.operations
    var dice = SplitMix64(seed: seed)
    let points = Set((0...operations.count).shuffled(using: &dice).prefix(Self.cuts))
    var cut = PowerCut()
    for count in 0...operations.count {
      if count > 0 { cut.take(operations[count - 1]) }
      guard points.contains(count) else { continue }
      for mercy in PowerCut.Mercy.allCases {
        try recorded.checkLedger(in: cut.left(mercy, using: &dice), after: count)
      }
    }
  }

  @Test("during the recovery from another one loses nothing either")
  func duringRecovery() throws {
    let recorded = try RecordedLedger()
    try recorded.run(seed: 3, batches: 40)
    let operations = recorded.disk.operations
    var dice = SplitMix64(seed: 3)
    var cut = PowerCut()
    operations.forEach { cut.take($0) }
    let left = cut.left(.some, using: &dice)
    let recovery = SimulatedDisk(files: left)
    _ = try SQLiteStore(directory: recorded.directory.path, settings: .tiny(on: recovery))
    var second = PowerCut(durable: left)
    for operation in recovery.operations {
      second.take(operation)
      try recorded.checkLedger(in: second.left(.some, using: &dice), after: operations.count)
    }
    #expect(!recovery.operations.isEmpty)
  }

  @Test("loses batches in the simulation if syncs are off")
  func withoutSyncs() throws {
    let disk = SimulatedDisk()
    let directory = TemporaryDirectory()
    var settings = SQLiteStore.Settings.tiny(on: disk)
    settings.synchronous = .off
    let ledger = try ReopenableLedger { [settings] in try SQLiteStore(directory: directory.path, settings: settings) }
    _ = try ledger.run(Scenario.command(CreateWallet(WalletID("w"), .usd), key: "w"))
    var cut = PowerCut()
    disk.operations.forEach { cut.take($0) }
    var dice = SplitMix64(seed: 1)
    let left = SimulatedDisk(files: cut.left(.none, using: &dice))
    let reopened = try ReopenableLedger {
      try SQLiteStore(directory: directory.path + "-left", settings: .tiny(on: left))
    }
    #expect(try reopened.position.record == 0)
    try FileManager.default.removeItem(atPath: directory.path + "-left")
  }
}
