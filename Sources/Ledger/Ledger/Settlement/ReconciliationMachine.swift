/// Compares one recharge or refund with the processor's state, once, and commits the outcome that it proves.
///
/// Serves callers that do not wait for the settlement under way, and the processor's events, which may be about final
/// records. Driven like a `SettlementMachine`. Of the calls that have an effect it sends only a caller's cancellation, and
/// it repeats no call. Its result is a `Conclusion`.
package struct ReconciliationMachine<Subject: Settleable>: Sendable {
  package enum Trigger: Hashable, Sendable {
    /// A caller asks. Only a record whose money has moved is not looked up: one that was given up may have been paid all
    /// the same.
    case inquiry
    /// An event says that something may have changed, but not that the money has moved. A final record is not looked up.
    case reportOfChange
    /// An event says that the money has moved. Events may be stale, so the record is looked up at the processor, also
    /// if it was given up: money that was taken has to be credited.
    case reportOfSuccess
    /// An event reports this state of the processor, which may be stale. So a record that was given up is looked up
    /// before the ledger takes for true that its money has moved all the same.
    case report(Subject.ProcessorResult)
    /// The processor's present state.
    case result(Subject.ProcessorResult)
    /// A caller ends a charge that waits for its cardholder. Any other record is left as it is.
    case cancellation
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
    /// The record is looked up at the processor, or its charge is cancelled. An outcome that it admits → `committing`;
    /// anything else → `finished`.
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
    case .inquiry where subject.hasSucceeded || hasEntry, .reportOfSuccess where subject.hasSucceeded || hasEntry,
      .reportOfChange where subject.isFinal:
      return finish(.unchanged(subject))
    case .inquiry, .reportOfChange, .reportOfSuccess: return ask(subject.lookup, about: subject, hasEntry: hasEntry)
    case .report(let result):
      let evidence = subject.evidence(in: result)
      if case .outcome(let outcome) = evidence, outcome.hasSucceeded, subject.isFinal, !subject.hasSucceeded, !hasEntry
      {
        return ask(subject.lookup, about: subject, hasEntry: hasEntry)
      }
      return settle(subject, by: evidence, hasEntry: hasEntry)
    case .result(let result): return settle(subject, by: subject.evidence(in: result), hasEntry: hasEntry)
    case .cancellation:
      guard case .awaitingCardholder(let cancel) = subject.stage else { return finish(.unchanged(subject)) }
      return ask(cancel, about: subject, hasEntry: hasEntry)
    }
  }

  private mutating func ask(_ call: ProcessorCall, about subject: Subject, hasEntry: Bool) -> [Action] {
    state = .lookingUp(subject, hasEntry: hasEntry)
    return [.call(call)]
  }

  private mutating func found(_ response: ProcessorResponse, for subject: Subject, hasEntry: Bool) -> [Action] {
    if case .failure(let failure) = response {
      // A caller that asks about a record with an outcome is not told that the processor does not answer.
      return finish(trigger == .inquiry && subject.isFinal ? .unchanged(subject) : .failed(failure))
    }
    let evidence = subject.evidence(in: response)
    if trigger == .cancellation, !evidence.followsCancellation {
      return finish(.failed(.outcomeUnknown(subject.explanation(of: evidence))))
    }
    return settle(subject, by: evidence, hasEntry: hasEntry)
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

extension Evidence {
  /// Whether a cancellation may lead to this: the charge has ended, or its cardholder was faster and it is being paid.
  fileprivate var followsCancellation: Bool {
    switch self {
    case .outcome(let outcome): outcome.isFinal
    case .inProgress: true
    case .mismatch, .notFound, .unknown: false
    }
  }
}
