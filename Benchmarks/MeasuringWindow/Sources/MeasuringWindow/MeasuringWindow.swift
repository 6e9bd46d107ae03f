import Glibc
import Synchronization

/// Keeps calls in flight during a warm-up and a measuring window, and prints the measurements of the window.
public enum MeasuringWindow {
  /// Runs `arguments.inFlight` tasks that call one after another, paced if a rate is given, and prints `measuring`, `measured` and a JSON line.
  ///
  /// - Parameter executorPreference: The executor of the tasks; nil for Swift's cooperative pool.
  /// - Throws: The first error of `call`, which ends the run.
  public static func run(
    _ arguments: ClientArguments,
    executorPreference: (any TaskExecutor)? = nil,
    call: @escaping @Sendable () async throws -> Void
  ) async throws {
    let phase = PhaseFlag()
    try await withThrowingTaskGroup(of: [UInt32]?.self) { group in
      for caller in 0..<arguments.inFlight {
        let pace = arguments.callsPerSecond.map { Pace($0, caller: caller, of: arguments.inFlight) }
        group.addTask(executorPreference: executorPreference) {
          try await latencies(until: phase, pace, of: call)
        }
      }
      var window = Window()
      group.addTask {
        try await Task.sleep(for: arguments.warmUp)
        return nil
      }
      var measured: [UInt32] = []
      while let ended = try await group.next() {
        if let ended {
          measured += ended
        } else if phase.value.load(ordering: .relaxed) == .warming {
          say("measuring")
          window.open()
          phase.value.store(.measuring, ordering: .relaxed)
          group.addTask {
            try await Task.sleep(for: arguments.measure)
            return nil
          }
        } else {
          phase.value.store(.stopping, ordering: .relaxed)
          window.close()
          say("measured")
        }
      }
      say(window.report(of: measured))
    }
  }

  /// The latencies, in nanoseconds, of the calls that ended while the phase was `measuring`.
  private static func latencies(
    until phase: PhaseFlag,
    _ pace: Pace?,
    of call: @Sendable () async throws -> Void
  ) async throws -> [UInt32] {
    var latencies: [UInt32] = []
    var pace = pace
    latencies.reserveCapacity(1 << 16)
    while true {
      try await pace?.waitForTurn()
      let began = monotonicNanoseconds()
      try await call()
      let ended = monotonicNanoseconds()
      switch phase.value.load(ordering: .relaxed) {
      case .warming: break
      case .measuring: latencies.append(UInt32(clamping: ended - began))
      case .stopping: return latencies
      }
    }
  }
}

/// Prints a line without buffering, because standard output is a pipe.
public func say(_ line: String) {
  print(line)
  fflush(nil)
}

private enum Phase: UInt8, AtomicRepresentable {
  case warming
  case measuring
  case stopping
}

private final class PhaseFlag: Sendable {
  let value = Atomic(Phase.warming)
}

/// The length of the window and the CPU time that this process used inside it.
private struct Window {
  private var openedAt: UInt64 = 0
  private var seconds = 0.0
  private var cpuMicroseconds = 0

  mutating func open() {
    cpuMicroseconds = processCPUMicroseconds()
    openedAt = monotonicNanoseconds()
  }

  mutating func close() {
    seconds = Double(monotonicNanoseconds() - openedAt) / 1e9
    cpuMicroseconds = processCPUMicroseconds() - cpuMicroseconds
  }

  func report(of latencies: [UInt32]) -> String {
    precondition(!latencies.isEmpty, "no call ended inside the measuring window")
    let sorted = latencies.sorted()
    func microseconds(perMille: Int) -> Double { Double(sorted[sorted.count * perMille / 1000]) / 1e3 }
    return """
      {"calls":\(sorted.count),"seconds":\(seconds),"p50_us":\(microseconds(perMille: 500)),\
      "p99_us":\(microseconds(perMille: 990)),"p999_us":\(microseconds(perMille: 999)),\
      "slowest_us":\(Double(sorted[sorted.count - 1]) / 1e3),"client_cpu_us":\(cpuMicroseconds)}
      """
  }
}

private func monotonicNanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

private func processCPUMicroseconds() -> Int {
  var usage = rusage()
  getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1_000_000 + usage.ru_utime.tv_usec
    + usage.ru_stime.tv_usec
}
