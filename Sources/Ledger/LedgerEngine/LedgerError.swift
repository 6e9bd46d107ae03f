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

extension LedgerError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unavailable(let reason): "the ledger cannot answer: \(reason)"
    case .diskFull: "the ledger's disk is full"
    case .damaged(let what): "the ledger is damaged: \(what)"
    case .deadlineExceeded: "the deadline passed before the ledger had an answer"
    }
  }
}
