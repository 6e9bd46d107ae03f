import Backoff

/// How long and how often the processor is called for one record.
package enum SettlementLimits {
  /// The age, counted from the record's creation, from which an idempotency key is no longer sent. Processors forget
  /// keys after 24 h, and a call with a forgotten key charges again.
  package static let keyLifetime = Duration.seconds(23 * 3600)
  /// How long an outcome may stay unknown, counted from the record's creation. Then the record needs review.
  package static let unknownTime = Duration.seconds(3600)
  /// How long a cardholder may take to authenticate, counted from the recharge's creation.
  package static let authenticationTime = unknownTime
  /// The first pause after an unknown outcome. Each further pause is twice as long, up to `longestPause`.
  package static let firstPause = Duration.seconds(1)
  package static let longestPause = Duration.seconds(60)
  /// The longest pause between two look-ups of a record that needs review. Its pauses begin with `longestPause`, and each
  /// is twice as long as the one before.
  package static let longestPauseInReview = Duration.seconds(3600)
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

  /// The pauses between look-ups of a record that needs review.
  static var inReview: Backoff {
    Backoff(
      first: SettlementLimits.longestPause,
      longest: SettlementLimits.longestPauseInReview,
      multiplier: 2,
      jitter: 0
    )
  }

  mutating func nextPause() -> Duration { next(random: 0) }
}
