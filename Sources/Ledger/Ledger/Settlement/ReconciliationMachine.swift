/// Compares one recharge or refund with the processor's state, once, and commits the outcome that it proves.
///
/// Serves callers that do not wait for the settlement under way, and the processor's events, which may be about final
/// records. Driven like a `SettlementMachine`. It sends no call that has an effect, and repeats no call. Its result is
/// a `Conclusion`.
package struct ReconciliationMachine<Subject: Settleable>: Sendable {
  package enum Trigger: Hashable, Sendable {
    /// A caller asks, or an event says that something may have changed. A final record is not looked up.
    case inquiry
    /// An event says that the money has moved. Events may be stale, so the record is looked up at the processor, also
    /// if it ended without success: money that was taken but not credited has to be noticed.
    case reportOfSuccess
    /// The processor's state is known already.
    case result(Subject.ProcessorResult)
  }

  package enum Event: Hashable, Sendable {
    /// The first event.
    case begun
    /// The ledger's record after `read` or a commit, and whether it has ever moved money. Nil if it does not exist.
    case record(Subject?, hasEntry: Bool)
    /// The ledger has refused the commit.
    case refused(reason: String)
    case response(ProcessorResponse)
  }

  package enum Action: Hashable, Sendable {
    /// Read the record from the ledger. Followed by `record`.
    case read
    /// Call the processor. Followed by `response`.
    case call(ProcessorCall)
    /// Commit the outcome. Followed by `record` or `refused`.
    case commit(Subject.Outcome)
    /// Log the report, as an alarm if it says so. No event follows.
    case report(SettlementReport)
    /// Nothing is left to do. No event follows.
    case finished(Conclusion)
  }

  /// How a reconciliation has ended, with the ledger's record.
  package enum Conclusion: Hashable, Sendable {
    /// The record does not exist.
    case noRecord
    /// The processor's state does not settle the record.
    case undecided(Subject)
    /// The ledger has the processor's state already, or a later one.
    case unchanged(Subject)
    case settled(Subject)
    /// The ledger has refused the processor's state.
    case contradicted(Subject)
    /// The look-up failed.
    case failed(ProcessorFailure)
  }

  private enum State {
    /// Nothing has happened. `begun` → `reading`.
    case idle
    /// The ledger is asked for the record. `record` → `lookingUp`, `committing` or `finished`, by the trigger.
    case reading
    /// The record is looked up at the processor. An outcome that it admits → `committing`; anything else → `finished`.
    case lookingUp(Subject, hasEntry: Bool)
    /// The ledger records the outcome. `record` → `finished`; `refused` → `rereading`.
    case committing(Subject)
    /// The ledger is asked for the record after its refusal. `record` → `finished`.
    case rereading(Subject)
    /// No transition leads out of this state.
    case finished
  }

  private let trigger: Trigger
  private var state = State.idle

  package init(_ trigger: Trigger) { self.trigger = trigger }

  package mutating func handle(_ event: Event) -> [Action] {
    switch (state, event) {
    case (.idle, .begun):
      state = .reading
      return [.read]
    case (.reading, .record(let subject, let hasEntry)):
      guard let subject else { return finish(.noRecord) }
      return begin(with: subject, hasEntry: hasEntry)
    case (.lookingUp(let subject, let hasEntry), .response(let response)):
      return found(response, for: subject, hasEntry: hasEntry)
    case (.committing(let before), .record(let subject, _)):
      let subject = subject ?? before
      return [.report(subject.needsReview ? .needsReview : .settled)] + finish(.settled(subject))
    case (.committing(let before), .refused(let reason)):
      state = .rereading(before)
      return [.report(.contradiction(reason: reason)), .read]
    case (.rereading(let before), .record(let subject, _)): return finish(.contradicted(subject ?? before))
    case (.idle, _), (.reading, _), (.lookingUp, _), (.committing, _), (.rereading, _), (.finished, _): return []
    }
  }

  private mutating func begin(with subject: Subject, hasEntry: Bool) -> [Action] {
    switch trigger {
    case .inquiry where subject.isFinal, .reportOfSuccess where subject.hasSucceeded:
      return finish(.unchanged(subject))
    case .inquiry, .reportOfSuccess:
      state = .lookingUp(subject, hasEntry: hasEntry)
      return [.call(subject.lookup)]
    case .result(let result): return settle(subject, by: subject.evidence(in: result), hasEntry: hasEntry)
    }
  }

  private mutating func found(_ response: ProcessorResponse, for subject: Subject, hasEntry: Bool) -> [Action] {
    if case .failure(let failure) = response { return finish(.failed(failure)) }
    return settle(subject, by: subject.evidence(in: response), hasEntry: hasEntry)
  }

  private mutating func settle(
    _ subject: Subject,
    by evidence: Evidence<Subject.Outcome>,
    hasEntry: Bool
  ) -> [Action] {
    guard case .outcome(let outcome) = evidence, outcome.isFinal else { return finish(.undecided(subject)) }
    guard subject.admits(outcome, hasEntry: hasEntry) else { return finish(.unchanged(subject)) }
    state = .committing(subject)
    return [.commit(outcome)]
  }

  private mutating func finish(_ conclusion: Conclusion) -> [Action] {
    state = .finished
    return [.finished(conclusion)]
  }
}
