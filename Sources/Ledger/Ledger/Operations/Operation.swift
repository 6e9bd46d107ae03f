/// One thing to ask of the ledger: a ``Request`` for a mutation, or a ``Question``.
///
/// Operations go through the engine's queue. A batch loads what all of them need, then decides one after another.
package protocol Operation: Sendable {
  associatedtype Reply: Hashable, Sendable

  /// Names what has to be loaded before the operation can be decided.
  func addNeeds(to needs: inout Needs)

  /// Decides the operation. `state` holds at least what the operation needs.
  func decide(by rules: Rules, in state: inout LedgerState, at time: LedgerTime) -> Outcome<Reply>
}

/// What an operation came to.
package struct Outcome<Reply: Hashable & Sendable>: Hashable, Sendable {
  package var result: Result<Reply, Refusal>
  /// True where an earlier request with the same key had the effect.
  package var isReplay: Bool

  package init(_ result: Result<Reply, Refusal>, isReplay: Bool = false) {
    self.result = result
    self.isReplay = isReplay
  }

  /// nil where the operation was refused.
  package var reply: Reply? { try? result.get() }

  /// nil where the operation was not refused.
  package var refusal: Refusal? {
    guard case .failure(let refusal) = result else { return nil }
    return refusal
  }
}
