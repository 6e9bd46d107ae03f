/// A read of the ledger. It changes nothing and is never recorded.
package protocol Question: Operation, Hashable {
  associatedtype Reply

  /// Answers from the loaded state.
  func answer(from state: LedgerState, as context: QuestionContext) throws(Refusal) -> Reply
}

/// The inputs of an answer other than the question and the state.
package struct QuestionContext: Sendable {
  /// The batch's ledger time.
  package let time: LedgerTime
  package let rules: Rules

  package init(time: LedgerTime, rules: Rules) {
    self.time = time
    self.rules = rules
  }
}

extension Question {
  package func decide(by rules: Rules, in state: inout LedgerState, at time: LedgerTime) -> Outcome<Reply> {
    do throws(Refusal) {
      return Outcome(.success(try answer(from: state, as: QuestionContext(time: time, rules: rules))))
    } catch {
      return Outcome(.failure(error))
    }
  }
}
