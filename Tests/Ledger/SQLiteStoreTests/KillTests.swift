import Foundation
import Ledger
import LedgerEngine
import SQLiteStore
import StoreContract
import Synchronization
import Testing

@Suite("A process that is killed")
struct KillTests {
  static let submitters = 16

  static func charge(_ submitter: Int, _ number: Int) -> Command {
    let mutation = Charge(WalletID("w"), Scenario.micros(1), .call, reference: "\(submitter)-\(number)")
    return Scenario.command(mutation, key: "\(submitter)-\(number)")
  }

  static func committer(_ directory: String) throws -> Committer {
    try Committer(
      rules: ReopenableLedger<SQLiteStore>.rules,
      clock: { _ in .now },
      open: { () throws(StoreError) -> SQLiteStore in try SQLiteStore(directory: directory) },
      stopped: { Issue.record("stopped: \($0)") }
    )
  }

  /// Lets every submitter charge one micro at a time and note the acknowledged charges. At answer `deadlyAnswer`, the process
  /// kills itself while the others are still submitting.
  static func chargeUntilKilled(_ directory: String, deadlyAnswer: Int) async throws {
    let committer = try committer(directory + "/data")
    let mutations: [any Mutation] = [
      CreateWallet(WalletID("w"), .usd),
      StartRecharge(RechargeID("r"), WalletID("w"), Scenario.usd(10), Scenario.card("1")),
      SettleRecharge(RechargeID("r"), .paid(processorChargeID: "ch")),
    ]
    for mutation in mutations { _ = try await committer.submit(Scenario.command(mutation, key: "fund-\(mutation)")) }
    let notes = open(directory + "/acknowledged", O_WRONLY | O_CREAT | O_APPEND, 0o600)
    let answers = Atomic<Int>(0)
    await withThrowingTaskGroup(of: Void.self) { group in
      for submitter in 0..<submitters {
        group.addTask { @Sendable in
          for number in 0... {
            let outcome = try await committer.submit(charge(submitter, number))
            let note = Array("\(submitter) \(number) \(outcome.canonicalBytes)\n".utf8)
            _ = write(notes, note, note.count)
            if answers.wrappingAdd(1, ordering: .relaxed).newValue == deadlyAnswer { kill(getpid(), SIGKILL) }
          }
        }
      }
    }
  }

  @Test("loses no acknowledged charge, gains none, and answers each key as before", arguments: [1, 40, 333])
  func killed(deadlyAnswer: Int) async throws {
    let directory = TemporaryDirectory()
    try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
    let path = directory.path
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, deadlyAnswer = deadlyAnswer as Int] in
      try await KillTests.chargeUntilKilled(path, deadlyAnswer: deadlyAnswer)
    }
    let notes = try String(contentsOfFile: path + "/acknowledged", encoding: .utf8).split(separator: "\n")
    #expect(notes.count >= deadlyAnswer)
    let committer = try Self.committer(path + "/data")
    var acknowledged = [Int](repeating: 0, count: Self.submitters)
    for note in notes {
      let fields = note.split(separator: " ", maxSplits: 2)
      let (submitter, number) = (try #require(Int(fields[0])), try #require(Int(fields[1])))
      acknowledged[submitter] = max(acknowledged[submitter], number + 1)
      let replay = try await committer.submit(Self.charge(submitter, number))
      #expect(replay.isReplay)
      #expect("\(replay.canonicalBytes)" == fields[2])
    }
    // Charges in flight may have happened, but only once: at most one charge of each submitter.
    var charged = acknowledged.reduce(0, +)
    for submitter in acknowledged.indices {
      let next = try await committer.submit(Self.charge(submitter, acknowledged[submitter]))
      charged += 1
      if next.isReplay { #expect(next.isFinal) }
    }
    #expect(try await committer.submit(GetWallet(WalletID("w"))).reply?.posted == 10_000_000 - Int64(charged))
    committer.close()
    try ReopenableLedger { try SQLiteStore(directory: path + "/data") }.prove(["w"])
  }
}
