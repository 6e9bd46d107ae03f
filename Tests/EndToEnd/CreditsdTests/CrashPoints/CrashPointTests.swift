import CreditsClient
import Failpoints
import Foundation
import Testing

@Suite("creditsd killed at every failpoint", .timeLimit(.minutes(15)))
struct CrashPointTests {
  private static let baselines = Baselines()

  /// `CREDITS_CRASHES=all` crashes each flow at each of its failpoints. By default each failpoint is tried in one of the flows
  /// that pass it, so chosen that every flow is crashed about as often as the others.
  private static let crashes: [Flow.Crash] = {
    let all = Flow.allCases.flatMap(\.crashes)
    if ProcessInfo.processInfo.environment["CREDITS_CRASHES"] == "all" { return all }
    // The failpoints that few flows pass come first, because they have no choice.
    let byFailpoint = Dictionary(grouping: all) { $0.failpoint }.values.sorted {
      ($0.count, $0[0].failpoint.rawValue) < ($1.count, $1[0].failpoint.rawValue)
    }
    var crashes: [Flow.Crash] = []
    for choices in byFailpoint {
      let tried = Dictionary(grouping: crashes) { $0.flow }
      let least = choices.min { (tried[$0.flow]?.count ?? 0) < (tried[$1.flow]?.count ?? 0) }
      if let least { crashes.append(least) }
    }
    return crashes
  }()

  @Test("reaches the same end state as an uninterrupted run", arguments: Self.crashes)
  func killed(_ crash: Flow.Crash) async throws {
    let expected = try await Self.baselines.end(of: crash.flow)
    let run = try FlowRun(crash.flow)
    #expect(try await run.end(killedAt: crash.failpoint) == expected)
  }

  @Test("passes every failpoint in some flow")
  func completeness() {
    let passed = Set(Flow.allCases.flatMap(\.failpoints))
    let forgotten = Failpoint.allCases.filter { !passed.contains($0) && !Flow.passedByNone.contains($0) }
    #expect(forgotten.isEmpty, "add them to a flow of Flow.swift")
    #expect(passed.isDisjoint(with: Flow.passedByNone))
  }

  @Test("refuses an unknown failpoint, and lists the known ones")
  func unknown() throws {
    let directory = try TestDirectory()
    let daemon = try RunningDaemon(in: directory, options: ["--fail-at", "noon"])
    let text = daemon.errorText()
    #expect(text.contains("there is no failpoint \"noon\""))
    for failpoint in Failpoint.allCases { #expect(text.contains(failpoint.rawValue)) }
    #expect(daemon.process.terminationStatus != 0)
  }
}

/// The end states of uninterrupted flows, each computed once.
private actor Baselines {
  private var ends: [Flow: Task<EndState, any Error>] = [:]

  func end(of flow: Flow) async throws -> EndState {
    let task = ends[flow] ?? Task { try await FlowRun(flow).end(killedAt: nil) }
    ends[flow] = task
    return try await task.value
  }
}
