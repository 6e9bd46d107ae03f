/// An operation on the ledger: a ``Request`` for a mutation, or a ``Question``, which only reads.
///
/// Operations go through the engine's queue. A batch loads what all of its operations need, then decides them in order.
package protocol Operation: Sendable {
  associatedtype Reply: Hashable, Sendable

  /// Adds the data that has to be loaded before the operation is decided.
  func addNeeds(to needs: inout Needs)

  /// Decides the operation. `state` holds at least what the operation needs.
  func decide(by rules: Rules, in state: inout LedgerState, at time: LedgerTime) -> Outcome<Reply>
}

/// The outcome of an operation: its reply or a refusal.
package struct Outcome<Reply: Hashable & Sendable>: Hashable, Sendable {
  package var result: Result<Reply, Refusal>
  /// Whether the outcome is that of an earlier request with the same key.
  package var isReplay: Bool

  package init(_ result: Result<Reply, Refusal>, isReplay: Bool = false) {
    self.result = result
    self.isReplay = isReplay
  }

  /// nil if the operation was refused.
  package var reply: Reply? { try? result.get() }

  /// nil if the operation was not refused.
  package var refusal: Refusal? {
    guard case .failure(let refusal) = result else { return nil }
    return refusal
  }
}
