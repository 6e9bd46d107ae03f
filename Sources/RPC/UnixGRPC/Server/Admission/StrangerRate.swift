/// Limits how often users without any rule connect: whoever is cut off for what it sends could otherwise go on at once with
/// another connection, and each costs the server as much as several calls. Pure.
struct StrangerRate {
  static let burst = 64
  static let perSecond = 20
  /// Users whose rates are remembered. Beyond it, all have their burst again.
  static let maximumUsers = 1024

  private var rates: [UInt32: RateLimit] = [:]

  /// Returns whether `user` may connect now.
  mutating func admits(_ user: UInt32, now: MonotonicTime) -> Bool {
    if rates.count >= Self.maximumUsers, rates[user] == nil { rates = [:] }
    return rates[user, default: RateLimit(burst: Self.burst, perSecond: Self.perSecond)].take(now: now)
  }
}
