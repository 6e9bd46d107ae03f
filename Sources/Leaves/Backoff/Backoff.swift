/// The waits between attempts: each longer than the one before up to a limit, and spread at random, so that many who began
/// to wait together do not all come back together.
package struct Backoff: Sendable {
  private let first: Duration
  private let longest: Duration
  private let multiplier: Double
  private let jitter: Double
  private var base: Duration

  /// - Parameters:
  ///   - first: The first wait, before it is spread.
  ///   - longest: No wait is longer, before it is spread.
  ///   - multiplier: How much longer each wait is than the one before: 1 or more.
  ///   - jitter: The part of a wait by which it is spread to either side: 0 to 1.
  package init(first: Duration, longest: Duration, multiplier: Double, jitter: Double) {
    precondition(multiplier >= 1 && (0...1).contains(jitter), "a wait neither shrinks nor ends before it begins")
    self.first = first
    self.longest = longest
    self.multiplier = multiplier
    self.jitter = jitter
    base = min(first, longest)
  }

  /// The wait before the next attempt.
  package mutating func next() -> Duration { next(random: .random(in: 0..<1)) }

  /// The wait before the next attempt. `random` is in 0 ..< 1.
  package mutating func next(random: Double) -> Duration {
    defer { base = min(base * multiplier, longest) }
    return base + base * (jitter * (2 * random - 1))
  }

  /// Begins again with the first wait: an attempt succeeded.
  package mutating func reset() { base = min(first, longest) }
}
