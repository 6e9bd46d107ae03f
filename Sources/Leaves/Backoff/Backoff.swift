/// Exponential backoff with jitter, which keeps many clients that start waiting together from retrying together.
package struct Backoff: Sendable {
  private let first: Duration
  private let longest: Duration
  private let multiplier: Double
  private let jitter: Double
  private var base: Duration

  /// - Parameters:
  ///   - first: The first wait, before jitter.
  ///   - longest: The longest wait, before jitter.
  ///   - multiplier: The factor by which each wait exceeds the previous one, at least 1.
  ///   - jitter: The fraction of a wait by which it is randomly shortened or lengthened, 0 to 1.
  package init(first: Duration, longest: Duration, multiplier: Double, jitter: Double) {
    precondition(multiplier >= 1 && (0...1).contains(jitter), "a wait neither shrinks nor ends before it begins")
    self.first = first
    self.longest = longest
    self.multiplier = multiplier
    self.jitter = jitter
    base = min(first, longest)
  }

  /// Returns the wait before the next attempt.
  package mutating func next() -> Duration { next(random: .random(in: 0..<1)) }

  /// Returns the wait before the next attempt. `random` is in 0 ..< 1.
  package mutating func next(random: Double) -> Duration {
    defer { base = min(base * multiplier, longest) }
    return base + base * (jitter * (2 * random - 1))
  }

  /// Restarts with the first wait, after an attempt succeeded.
  package mutating func reset() { base = min(first, longest) }
}
