import CreditsClient
import Foundation
import Testing

import enum Failpoints.Failpoint

/// A run of one flow, with `creditsd` and the processor as separate processes.
final class FlowRun {
  private let flow: Flow
  private let directory: TestDirectory
  /// How far the clock is ahead when the flow begins.
  private let start: Int
  private var simulator: ProcessorProcess
  private var daemon: RunningDaemon

  init(_ flow: Flow) throws {
    self.flow = flow
    directory = try TestDirectory()
    start = Self.secondsToMidMonth()
    _ = try directory.write("\(start)\n", to: "clock")
    simulator = try Self.simulator(in: directory)
    daemon = try Self.daemon(in: directory, simulator)
  }

  /// Flows begin in mid month: those that move the clock by minutes or days must not move it into another month, where a
  /// monthly limit begins anew.
  private static func secondsToMidMonth() -> Int {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    guard let month = calendar.dateInterval(of: .month, for: .now) else { preconditionFailure("today is in a month") }
    return Int(month.end.timeIntervalSinceNow) + 14 * 86_400
  }

  private static func simulator(in directory: TestDirectory, faults: String? = nil) throws -> ProcessorProcess {
    try ProcessorProcess(
      simulatorIn: directory,
      options: ["--events", directory.path("events")] + (faults.map { ["--faults", $0] } ?? [])
    )
  }

  private static func daemon(
    in directory: TestDirectory,
    _ simulator: ProcessorProcess,
    failpoint: Failpoint? = nil
  ) throws -> RunningDaemon {
    try RunningDaemon(
      in: directory,
      options: simulator.options + ["--test-clock", directory.path("clock"), "--log-level", "critical"]
        + (failpoint.map { ["--fail-at", $0.rawValue] } ?? []),
      environment: ["CREDITS_TESTING": "1"]
    )
  }

  /// Prepares and performs the flow, with a daemon that dies at the failpoint and is restarted. Returns the end state.
  func end(killedAt failpoint: Failpoint?) async throws -> EndState {
    let credits = try await daemon.client()
    let visit = Visit(
      credits: credits,
      clock: directory.path("clock"),
      start: start,
      eventFile: directory.path("events"),
      simulator: simulator.socketPath,
      books: directory.path("books")
    )
    try await flow.prepare(visit)
    if let failpoint {
      daemon.kill()
      if let faults = flow.faults {
        simulator.kill()
        simulator = try Self.simulator(in: directory, faults: faults)
      }
      daemon = try Self.daemon(in: directory, simulator, failpoint: failpoint)
      let acting = Task { [flow] in try await flow.act(visit) }
      try await death(whileRunning: acting)
      daemon = try Self.daemon(in: directory, simulator)
      try await acting.value
    } else {
      if let faults = flow.faults {
        simulator.kill()
        simulator = try Self.simulator(in: directory, faults: faults)
      }
      try await flow.act(visit)
    }
    let end = try await EndState(credits, wallet: Visit.wallet, simulator: simulator)
    let verdict = try await credits.ledger.verify()
    #expect(verdict.sound, "\(verdict.flaws)")
    await credits.close()
    #expect(daemon.stop() == 0)
    return end
  }

  /// Waits for the daemon to die at its failpoint, which the flow must pass.
  private func death(whileRunning acting: Task<Void, any Error>) async throws {
    let process = daemon.process
    let ending = Task {
      _ = await acting.result
      // A daemon that is killed while replying may deliver the reply first.
      try await Task.sleep(for: .seconds(5))
      process.terminate()
    }
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      Thread.detachNewThread { [process = Unchecked(process)] in
        process.value.waitUntilExit()
        continuation.resume()
      }
    }
    ending.cancel()
    try #require(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGKILL)
  }
}

/// Makes `Process`, which can be waited for on any thread, Sendable.
private struct Unchecked<Value>: @unchecked Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }
}
