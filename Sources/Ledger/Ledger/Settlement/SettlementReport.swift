/// A log message about a settlement.
package enum SettlementReport: Hashable, Sendable {
  /// The outcome is durable.
  case settled
  /// The record needs review, durably. An alarm.
  case needsReview
  /// The processor has not given an outcome; the attempt is repeated.
  case outcomeUnknown(reason: String)
  /// A charge that waits for its cardholder could not be cancelled. The record needs review.
  case cancellationFailed(reason: String)
  /// The processor contradicts a final record, and the ledger has refused the outcome. An alarm: money may have moved.
  case contradiction(reason: String)
}
