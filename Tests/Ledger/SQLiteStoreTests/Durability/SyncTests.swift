import Ledger
import LedgerEngine
import SQLiteStore
import SimulatedDisk
import StoreContract
import Synchronization
import Testing

@Suite("No reply leaves before its sync")
struct SyncTests {
  struct Observation {
    let mutation: any Mutation
    let outcome: CommandOutcome
    /// The number of writes between the request and its reply.
    let writes: Int
    /// The files with unsynced data when the reply was sent.
    let unsynced: Set<String>
  }

  /// Submits every mutation of the scenario in turn, and observes the disk when each reply is sent.
  func observations(_ synchronous: SQLiteStore.Settings.Synchronous) async throws -> [Observation] {
    let disk = SimulatedDisk()
    let directory = TemporaryDirectory()
    var settings = SQLiteStore.Settings.tiny(on: disk)
    settings.synchronous = synchronous
    let committer = try Committer(
      rules: ReopenableLedger<SQLiteStore>.rules,
      clock: { _ in .now },
      open: { [settings] () throws(StoreError) -> SQLiteStore in
        try SQLiteStore(directory: directory.path, settings: settings)
      },
      stopped: { Issue.record("stopped: \($0)") }
    )
    defer { committer.close() }
    var observations: [Observation] = []
    for (index, mutation) in Scenario.mutations.enumerated() {
      let before = disk.operationCount
      let observation = await withCheckedContinuation { continuation in
        committer.submit(Scenario.command(mutation, key: "k\(index)")) { result in
          let writes = disk.operations[before...].filter { if case .write = $0 { true } else { false } }.count
          guard case .success(let outcome) = result else { return continuation.resume(returning: Observation?.none) }
          continuation.resume(
            returning: Observation(mutation: mutation, outcome: outcome, writes: writes, unsynced: disk.unsynced)
          )
        }
      }
      observations.append(try #require(observation))
    }
    return observations
  }

  @Test("whatever the mutation, also where it is refused for good")
  func full() async throws {
    for observation in try await observations(.full) {
      if observation.outcome.refusal?.isRemembered == false { continue }
      #expect(observation.writes > 0, "\(observation.mutation)")
      #expect(observation.unsynced.isEmpty, "\(observation.mutation)")
    }
  }

  @Test("is noticed missing if syncs are turned off")
  func off() async throws {
    let observations = try await observations(.off)
    #expect(observations.filter { !$0.unsynced.isEmpty }.count == observations.count)
  }
}
