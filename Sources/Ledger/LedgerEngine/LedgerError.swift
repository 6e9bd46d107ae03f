/// The reason why an operation has no outcome. Unlike a refusal, it is not a decision of the rules.
package enum LedgerError: Error, Hashable, Sendable {
  /// It is unknown whether the operation took effect. Retry with the same idempotency key.
  case unavailable(String)
  /// The disk is full. The operation had no effect.
  case diskFull
  /// The operation needs something that is damaged, and had no effect. Other operations are not affected. The string
  /// describes the damage, for people.
  case damaged(String)
  /// The deadline passed before the operation's turn. The operation had no effect.
  case deadlineExceeded
}
