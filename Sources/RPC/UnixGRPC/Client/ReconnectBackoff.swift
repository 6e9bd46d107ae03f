/// How long to wait between attempts to connect (gRPC, "Connection Backoff Protocol"), in a local socket's measure.
struct ReconnectBackoff {
  /// A restarting daemon is back within a fraction of a second; asking a local path costs microseconds.
  static let first: Duration = .milliseconds(50)
  static let longest: Duration = .seconds(1)
  static let multiplier = 1.6
  static let jitter = 0.2

  private var base = Self.first

  /// The wait before the next attempt. `random` is in 0 ..< 1.
  mutating func next(random: Double) -> Duration {
    defer { base = min(base * Self.multiplier, Self.longest) }
    return base * (1 - Self.jitter + 2 * Self.jitter * random)
  }

  mutating func reset() { base = Self.first }
}
