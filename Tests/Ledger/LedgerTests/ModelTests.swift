import Foundation
import Ledger
import LedgerEngine
import StoreContract
import Testing

@Suite("The rules, compared with a model")
struct ModelTests {
  /// `CREDITS_MODEL_COMMANDS` sets the number of commands that all seeds run together.
  static let commands = ProcessInfo.processInfo.environment["CREDITS_MODEL_COMMANDS"].flatMap { Int($0) } ?? 40_000
  static let seeds = UInt64(1)...20
  /// Short enough that a failure can be shrunk, long enough that holds expire and wallets close.
  static let stepsPerLedger = 400

  static func difference(in steps: [Step]) -> (any Error)? {
    do {
      let memory = InMemoryStore.Memory()
      var run = ModelRun(try ReopenableLedger { InMemoryStore(memory) })
      try run.run(steps)
      return nil
    } catch {
      return error
    }
  }

  @Test("give every caller the outcome that the model predicts, and keep a journal that verifies", arguments: seeds)
  func agree(seed: UInt64) {
    let ledgers = max(1, Self.commands / Self.seeds.count / Self.stepsPerLedger)
    // Printed before the run, so that the seed is known if an invariant ends the process.
    print("model: seed \(seed), \(ledgers) ledgers of \(Self.stepsPerLedger) commands")
    for ledger in 0..<ledgers {
      var source = StepSource(seed: seed << 32 + UInt64(ledger))
      let steps = source.steps(Self.stepsPerLedger)
      guard let difference = Self.difference(in: steps) else { continue }
      let fewest = shrunk(steps) { Self.difference(in: $0) != nil }
      let last = Self.difference(in: fewest) ?? difference
      Issue.record(
        """
        seed \(seed), ledger \(ledger): \(last)
        after \(fewest.count) of \(steps.count) steps:
        \(fewest.map { "  \($0)" }.joined(separator: "\n"))
        """
      )
      return
    }
  }

  @Test("shrink a failure to the steps that cause it")
  func shrinks() {
    var source = StepSource(seed: 7)
    let fewest = shrunk(source.steps(200)) { steps in
      guard let place = steps.firstIndex(where: { if case .place = $0.action { true } else { false } }) else {
        return false
      }
      return steps[place...].contains { if case .capture = $0.action { true } else { false } }
    }
    #expect(fewest.count == 2)
  }
}
