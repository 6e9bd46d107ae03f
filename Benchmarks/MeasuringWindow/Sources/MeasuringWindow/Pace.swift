/// When the calls of one caller are to begin, however long they take: a caller that is late catches up.
struct Pace: Sendable {
  private let interval: Duration
  private var next: ContinuousClock.Instant

  /// - Parameter callsPerSecond: Of all callers together, who begin evenly one after another.
  init(_ callsPerSecond: Double, caller: Int, of callers: Int) {
    interval = .seconds(Double(callers) / callsPerSecond)
    next = .now + .seconds(Double(caller) / callsPerSecond)
  }

  mutating func waitForTurn() async throws {
    if next > .now { try await Task.sleep(until: next, tolerance: .zero, clock: .continuous) }
    next += interval
  }
}
