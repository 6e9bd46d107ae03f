/// What people are told about what is with the processor.
package enum SettlementReport: Hashable, Sendable {
  /// What the processor says is durable.
  case settled
  /// It is durable that a person has to settle the record. An alarm.
  case needsReview
  /// The processor has not given an outcome; the attempt is repeated.
  case outcomeUnknown(reason: String)
  /// A charge that waits for its cardholder could not be cancelled; the attempt is repeated.
  case cancellationFailed(reason: String)
  /// The ledger has refused what the processor says of a record that is final. An alarm: money may have moved.
  case contradiction(reason: String)
}
