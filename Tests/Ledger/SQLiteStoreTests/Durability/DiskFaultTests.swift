import Foundation
import Ledger
import LedgerEngine
import SQLiteStore
import SeededRandom
import SimulatedDisk
import StoreContract
import Testing

@Suite("A disk that fails")
struct DiskFaultTests {
  /// The number of points at which to fail; `CREDITS_DISK_FAULTS=all` tries every one.
  static var faults: Int {
    switch ProcessInfo.processInfo.environment["CREDITS_DISK_FAULTS"] {
    case "all": .max
    case let text: text.flatMap { Int($0) } ?? 20
    }
  }

  static let seed: UInt64 = 5
  static let batches = 50

  /// Returns a sample of the operations of a run without faults.
  func points() throws -> [Int] {
    let recorded = try RecordedLedger()
    try recorded.run(seed: Self.seed, batches: Self.batches)
    var dice = SplitMix64(seed: Self.seed)
    return (0..<recorded.disk.operationCount).shuffled(using: &dice).prefix(Self.faults).sorted()
  }

  /// Runs batches until the fault occurs. Returns the resulting error, or nil if there was none.
  func run(_ recorded: RecordedLedger, until fault: DiskFault) throws -> StoreError? {
    var dice = SplitMix64(seed: Self.seed)
    var scenario = Scenario(dice: SplitMix64(seed: Self.seed &* 31))
    recorded.disk.fail(fault)
    do {
      let ledger = try recorded.open()
      for _ in 0..<Self.batches {
        let batch = try recorded.expect((0..<Int.random(in: 1...6, using: &dice)).map { _ in scenario.next() })
        let outcomes = try ledger.run(batch.commands, at: batch.time)
        #expect(outcomes == batch.outcomes)
        recorded.acknowledgeLast()
        if Int.random(in: 0..<12, using: &dice) == 0 { try ledger.restart() }
      }
      return nil
    } catch let error as StoreError {
      return error
    }
  }

  @Test(
    "stops the store, and what was acknowledged is there after a restart",
    arguments: [DiskFault.Kind.writeError, .syncError]
  )
  func stops(kind: DiskFault.Kind) throws {
    var dice = SplitMix64(seed: 7)
    for point in try points() {
      let recorded = try RecordedLedger()
      let error = try run(recorded, until: DiskFault(kind, from: point))
      guard recorded.disk.hasFailed else { continue }
      // SQLite ignores errors when it closes a file. Then no error is thrown, and everything was acknowledged.
      if let error {
        guard case .failed = error else { return #expect(Bool(false), "\(kind) at \(point) gave \(error)") }
      }
      var cut = PowerCut()
      recorded.disk.operations.forEach { cut.take($0) }
      try recorded.checkLedger(in: cut.left(.some, using: &dice), after: .max)
    }
  }

  /// The errors of a disk that takes no more: it is full, a quota is used up, or a file has reached its size limit.
  static let fullDisks: [DiskFault.Kind] = [.full, .quotaExceeded, .fileTooLarge]

  // One kind is enough for every point: the others are told apart in one place only.
  @Test("when full, refuses writes, and accepts them again once there is room", arguments: [DiskFault.Kind.full])
  func full(kind: DiskFault.Kind) throws {
    for point in try points() {
      let recorded = try RecordedLedger()
      try runWhileFull(recorded, DiskFault(kind, from: point))
      var cut = PowerCut()
      recorded.disk.operations.forEach { cut.take($0) }
      var dice = SplitMix64(seed: Self.seed)
      try recorded.checkLedger(in: cut.left(.none, using: &dice), after: .max)
    }
  }

  @Test(
    "opens a full disk with every balance, refuses writes, and accepts them once there is room",
    arguments: fullDisks
  )
  func opensWhileFull(kind: DiskFault.Kind) throws {
    let recorded = try RecordedLedger()
    var dice = SplitMix64(seed: Self.seed)
    var scenario = Scenario(dice: SplitMix64(seed: Self.seed &* 31))
    let ledger = try recorded.open()
    for number in 0..<Self.batches {
      let batch = try recorded.expect((0..<Int.random(in: 1...6, using: &dice)).map { _ in scenario.next() })
      recorded.disk.fail(DiskFault(kind))
      // Nothing of the last batches can be folded, or copied out of the log.
      try ledger.restart()
      for (walletID, account) in recorded.batches.dropLast().last?.accounts ?? [:] {
        #expect(try ledger.account(walletID.value) == account, "batch \(number)")
      }
      let position = try ledger.position
      do {
        #expect(try ledger.run(batch.commands, at: batch.time) == batch.outcomes)
        #expect(try ledger.position == position, "batch \(number) was written to a full disk")
      } catch let error as StoreError {
        guard case .diskFull = error else { return #expect(Bool(false), "batch \(number) gave \(error)") }
      }
      recorded.disk.fail(nil)
      #expect(try ledger.run(batch.commands, at: batch.time) == batch.outcomes)
      recorded.acknowledgeLast()
    }
    try ledger.prove(Scenario.walletIDs)
  }

  func runWhileFull(_ recorded: RecordedLedger, _ fault: DiskFault) throws {
    let point = fault.from
    let ledger = try recorded.open()
    guard recorded.disk.operationCount < point else { return }
    var dice = SplitMix64(seed: Self.seed)
    var scenario = Scenario(dice: SplitMix64(seed: Self.seed &* 31))
    recorded.disk.fail(fault)
    for _ in 0..<Self.batches {
      let batch = try recorded.expect((0..<Int.random(in: 1...6, using: &dice)).map { _ in scenario.next() })
      do {
        #expect(try ledger.run(batch.commands, at: batch.time) == batch.outcomes)
      } catch let error as StoreError {
        guard case .diskFull = error else { return #expect(Bool(false), "\(point) gave \(error)") }
        // Replays are still answered.
        for (walletID, account) in recorded.batches.dropLast().last?.accounts ?? [:] {
          #expect(try ledger.account(walletID.value) == account)
        }
        recorded.disk.fail(nil)
        #expect(try ledger.run(batch.commands, at: batch.time) == batch.outcomes)
      }
      recorded.acknowledgeLast()
    }
    try ledger.prove(Scenario.walletIDs)
  }
}
