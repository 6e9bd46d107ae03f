/// Why there is no outcome. Unlike a refusal, none of these is an answer of the rules.
package enum LedgerError: Error, Hashable, Sendable {
  /// The effect is unknown or was not had: ask again with the same key.
  case unavailable(String)
  /// No effect.
  case diskFull
  /// No effect: the deadline had passed before the command's turn came.
  case deadlineExceeded
}
