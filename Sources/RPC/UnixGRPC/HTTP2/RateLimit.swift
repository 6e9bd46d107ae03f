/// A token bucket: allows a burst, then a steady rate.
struct RateLimit {
  private let burst: Double
  private let perNanosecond: Double
  private var tokens: Double
  private var last: MonotonicTime?

  init(burst: Int, perSecond: Int) {
    self.burst = Double(burst)
    perNanosecond = Double(perSecond) / 1e9
    tokens = Double(burst)
  }

  /// Takes one token. Returns false if none is available.
  mutating func take(now: MonotonicTime) -> Bool {
    if let last {
      tokens = min(burst, tokens + Double((now - last).wholeNanoseconds) * perNanosecond)
    }
    last = now
    guard tokens >= 1 else { return false }
    tokens -= 1
    return true
  }
}
