/// Records how far the processor's events have been taken into the ledger.
///
/// Follows the commits that the events caused. After a crash between the two the events are read again, which has no
/// further effect, because each of them is committed at most once.
package struct AdvanceEventCursor: Operation {
  package var cursor: String

  package init(to cursor: String) { self.cursor = cursor }

  package func addNeeds(to needs: inout Needs) { needs.facts = true }

  package func decide(by rules: Rules, in state: inout LedgerState, at time: LedgerTime) -> Outcome<LedgerFacts> {
    if state.facts.eventCursor != cursor { state.append(.eventCursor(cursor), at: time, sha256: rules.sha256) }
    return Outcome(.success(state.facts))
  }
}
