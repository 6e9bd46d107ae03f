/// Reads the newest facts about the whole ledger.
package struct GetLedgerFacts: Question {
  package init() {}

  package func addNeeds(to needs: inout Needs) { needs.facts = true }

  package func answer(from state: LedgerState, as context: QuestionContext) throws(Refusal) -> LedgerFacts {
    state.facts
  }
}
