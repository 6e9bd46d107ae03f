import CreditsClient
import Foundation
import Testing

import enum Failpoints.Failpoint

/// One flow from its beginning to its end, with `creditsd` and the processor as processes of their own.
final class Street {
  private let flow: Flow
  private let directory: TestDirectory
  private var simulator: ProcessorProcess
  private var daemon: RunningDaemon

  init(_ flow: Flow) throws {
    self.flow = flow
    directory = try TestDirectory()
    _ = try directory.write("0\n", to: "clock")
    simulator = try Self.simulator(in: directory)
    daemon = try Self.daemon(in: directory, simulator)
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

  /// Prepares, kills the daemon at its failpoint while the flow is under way, starts it again, and waits for the end.
  func end(killedAt failpoint: Failpoint?) async throws -> EndState {
    let credits = try await daemon.client()
    let visit = Visit(credits: credits, clock: directory.path("clock"), eventFile: directory.path("events"))
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

  /// Waits for the daemon's death at its failpoint, which the flow has to meet.
  private func death(whileRunning acting: Task<Void, any Error>) async throws {
    let process = daemon.process
    let ending = Task {
      _ = await acting.result
      // Who is killed while it answers may be seen to answer first.
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

/// `Process` may be waited for on any thread.
private struct Unchecked<Value>: @unchecked Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }
}
