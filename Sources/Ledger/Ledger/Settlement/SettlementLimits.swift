import Backoff

/// How long and how often the processor is called for one record.
package enum SettlementLimits {
  /// The age, counted from the record's creation, from which an idempotency key is no longer sent. Processors forget
  /// keys after 24 h, and a call with a forgotten key charges again.
  package static let keyLifetime = Duration.seconds(23 * 3600)
  /// How long a cardholder may take to authenticate, counted from the recharge's creation.
  package static let authenticationTime = Duration.seconds(3600)
  /// The first pause after an unknown outcome. Each further pause is twice as long, up to `longestPause`.
  package static let firstPause = Duration.seconds(1)
  package static let longestPause = Duration.seconds(60)
}

extension Backoff {
  /// The pauses between calls whose outcome is unknown. Without jitter, because machines are deterministic.
  static var betweenCalls: Backoff {
    Backoff(
      first: SettlementLimits.firstPause,
      longest: SettlementLimits.longestPause,
      multiplier: 2,
      jitter: 0
    )
  }

  mutating func nextPause() -> Duration { next(random: 0) }
}
