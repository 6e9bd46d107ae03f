import Backoff

/// Carries one recharge or refund from its intent to its outcome.
///
/// The machine does no I/O and reads no clock. Its driver passes events in and carries out the returned actions in
/// order: reports first, then one more action, whose result is the next event. Only that action is under way; `changed`
/// may arrive at any time. An event that does not belong to the action under way has no effect, nor has any event after
/// `finished`.
///
/// The ledger's record is the only lasting state: after a crash, a new machine continues from it.
///
/// The rules:
/// - A call with an effect is sent under the record's one key, and never once the key is `SettlementLimits.keyLifetime`
///   old. From then on the record is only looked up at the processor, and needs review if that does not settle it.
/// - If the call may have been sent before, a look-up precedes sending it again. A look-up that finds nothing proves
///   nothing, but sending again is safe within the key's lifetime.
/// - While ledger time is ahead of the host's clock, no call is sent a second time: its key may be older than it seems.
/// - Only a definite response settles a record. After a time-out, an error of the processor or a response to something
///   else, the machine pauses and repeats the attempt.
/// - A cardholder has `SettlementLimits.authenticationTime` to authenticate. Then the charge is cancelled, and its
///   state at the processor is the outcome.
package struct SettlementMachine<Subject: Settleable>: Sendable {
  package enum Event: Hashable, Sendable {
    /// The first event.
    case begun
    /// The ledger's record after `read` or a commit. Nil if it does not exist.
    case record(Subject?)
    /// The ledger has refused a commit.
    case refused(reason: String)
    case response(ProcessorResponse)
    /// The time of `wait` has passed.
    case pauseEnded
    /// The record or the processor's state may have changed: a caller asks, a person has settled the record, or the
    /// processor has sent an event. The trigger may be stale.
    case changed
  }

  package enum Action: Hashable, Sendable {
    /// Read the record from the ledger. Followed by `record`.
    case read
    /// Call the processor. Followed by `response`.
    case call(ProcessorCall)
    /// Commit what the processor has prepared. Followed by `record` or `refused`.
    case commitPreparation(Subject.Preparation)
    /// Commit the outcome. Followed by `record` or `refused`.
    case commit(Subject.Outcome)
    /// Wait at most this long. Followed by `pauseEnded`, unless `changed` comes first.
    case wait(Duration)
    /// Log the report, as an alarm if it says so. No event follows.
    case report(SettlementReport)
    /// Nothing is left to do. No event follows.
    case finished
  }

  private enum State {
    /// Nothing has happened. `begun` → `reading`.
    case idle
    /// The ledger is asked for the record. `record` → the state that its stage requires (`proceed`).
    case reading
    /// The processor attaches the card. Attached → `committingPreparation`; a definite refusal → `committing`; anything else
    /// → `pausing`.
    case preparing(Subject, PreparationStep<Subject.Outcome>)
    /// The ledger records the attached card. `record` → its stage; `refused` → `committing` that it needs review.
    case committingPreparation(superseded: Subject.Outcome)
    /// The record is looked up at the processor. An outcome → `committing`; nothing found → `calling`, or `pausing` while
    /// the age of the key is not certain; anything else → `pausing`. Once the key is too old, everything but "still
    /// working" → `committing`.
    case lookingUp(Subject, thenCall: ProcessorCall)
    /// The call is sent. An outcome or a definite refusal → `committing`; anything else → `pausing`.
    case calling(Subject)
    /// The record is looked up at the processor while the cardholder may authenticate. A final outcome → `committing`;
    /// anything else → `pausing`, or `cancelling` when the time to authenticate is over.
    case awaitingCardholder(Subject)
    /// The processor cancels the charge. A final outcome → `committing`; anything else → `pausing`.
    case cancelling(Subject)
    /// The ledger records the outcome. `record` → its stage; `refused` → `reading`, since another outcome was first.
    case committing
    /// `pauseEnded` → the record's stage; `changed` → `reading`. A preparation whose key's age is not certain waits here.
    case pausing(Subject)
    /// The record is final, needs review, or does not exist. No transition leads out of this state.
    case finished
  }

  private var state = State.idle
  private var clock = SettlementClock()
  private var pauses = Backoff.betweenCalls
  /// Whether the call for the outcome may have been sent.
  private var mayHaveBeenCalled: Bool
  /// Whether the call for the preparation may have been sent.
  private var mayHaveBeenPrepared: Bool
  /// Whether `changed` arrived since the record was last requested.
  private var hasChanged = false

  /// - Parameter isNew: Whether the call for the outcome cannot have been sent yet. False after a restart.
  package init(isNew: Bool) {
    mayHaveBeenCalled = !isNew
    mayHaveBeenPrepared = !isNew
  }

  /// - Parameter moment: The current moment.
  package mutating func handle(_ event: Event, at moment: Moment) -> [Action] {
    clock.advance(to: moment)
    return switch event {
    case .begun: begun()
    case .record(let subject): recorded(subject)
    case .refused(let reason): refused(reason)
    case .response(let response): responded(response)
    case .pauseEnded: pauseEnded()
    case .changed: changed()
    }
  }

  // MARK: Events

  private mutating func begun() -> [Action] {
    guard case .idle = state else { return [] }
    return read()
  }

  private mutating func recorded(_ subject: Subject?) -> [Action] {
    switch state {
    case .reading, .committingPreparation: return proceed(with: subject)
    case .committing:
      let report = subject.map { Action.report($0.needsReview ? .needsReview : .settled) }
      return (report.map { [$0] } ?? []) + proceed(with: subject)
    case .idle, .preparing, .lookingUp, .calling, .awaitingCardholder, .cancelling, .pausing, .finished: return []
    }
  }

  private mutating func refused(_ reason: String) -> [Action] {
    switch state {
    case .committingPreparation(let superseded): return commit(superseded)
    case .committing: return [.report(.contradiction(reason: reason))] + read()
    case .idle, .reading, .preparing, .lookingUp, .calling, .awaitingCardholder, .cancelling, .pausing, .finished:
      return []
    }
  }

  private mutating func responded(_ response: ProcessorResponse) -> [Action] {
    switch state {
    case .preparing(let subject, let step): prepared(response, step, for: subject)
    case .lookingUp(let subject, let call): found(response, for: subject, otherwise: call)
    case .calling(let subject): settle(subject, by: subject.evidence(inOutcome: response))
    case .awaitingCardholder(let subject): authenticated(response, for: subject)
    case .cancelling(let subject): cancelled(response, for: subject)
    case .idle, .reading, .committingPreparation, .committing, .pausing, .finished: []
    }
  }

  private mutating func pauseEnded() -> [Action] {
    guard case .pausing(let subject) = state else { return [] }
    return proceed(with: subject)
  }

  private mutating func changed() -> [Action] {
    switch state {
    case .pausing: return read()
    case .reading, .preparing, .committingPreparation, .lookingUp, .calling, .awaitingCardholder, .cancelling,
      .committing:
      // The action under way ends first, because it may have an effect. What it reads may be older than the change.
      hasChanged = true
      return []
    case .idle, .finished: return []
    }
  }

  // MARK: Responses

  private mutating func prepared(
    _ response: ProcessorResponse,
    _ step: PreparationStep<Subject.Outcome>,
    for subject: Subject
  ) -> [Action] {
    if let preparation = Subject.preparation(in: response) {
      state = .committingPreparation(superseded: step.superseded)
      pauses.reset()
      return [.commitPreparation(preparation)]
    }
    guard case .failure(let failure) = response else {
      return retry(subject, because: unrelatedResponse)
    }
    return settle(subject, by: subject.evidence(in: failure))
  }

  private mutating func found(
    _ response: ProcessorResponse,
    for subject: Subject,
    otherwise call: ProcessorCall
  ) -> [Action] {
    let evidence = subject.evidence(in: response)
    guard isKeyExpired(of: subject) else {
      guard case .notFound = evidence else { return settle(subject, by: evidence) }
      if hasChanged { return read() }
      guard !clock.isAheadOfWallClock else { return retry(subject, because: Self.uncertainAge) }
      return send(call, for: subject)
    }
    switch evidence {
    case .outcome, .inProgress: return settle(subject, by: evidence)
    case .mismatch: return review("the processor answers with another \(Subject.noun)")
    case .notFound: return review("the processor knows of no \(Subject.noun) after 23 h")
    case .unknown(let reason): return review("unknown after 23 h: \(reason)")
    }
  }

  private mutating func authenticated(_ response: ProcessorResponse, for subject: Subject) -> [Action] {
    if case .outcome(let outcome) = subject.evidence(in: response), outcome.isFinal { return commit(outcome) }
    let left = authenticationTimeLeft(of: subject)
    guard left > .zero else { return proceed(with: subject) }
    return wait(min(left, SettlementLimits.longestPause), for: subject)
  }

  private mutating func cancelled(_ response: ProcessorResponse, for subject: Subject) -> [Action] {
    let evidence = subject.evidence(in: response)
    if case .outcome(let outcome) = evidence, outcome.isFinal { return commit(outcome) }
    let reports: [Action] =
      if case .failure(let failure) = response {
        [.report(.cancellationFailed(reason: failure.description))]
      } else {
        []
      }
    return reports + wait(SettlementLimits.longestPause, for: subject)
  }

  // MARK: Actions

  private mutating func read() -> [Action] {
    state = .reading
    hasChanged = false
    return [.read]
  }

  /// Takes the action that the record's stage requires now.
  private mutating func proceed(with subject: Subject?) -> [Action] {
    guard let subject else { return finish() }
    clock.advance(to: subject.updateTime)
    switch subject.stage {
    case .closed: return finish()
    case .unprepared(let step):
      mayHaveBeenCalled = false
      guard !isKeyExpired(of: subject) else { return commit(step.expired) }
      if mayHaveBeenPrepared, clock.isAheadOfWallClock { return retry(subject, because: Self.uncertainAge) }
      mayHaveBeenPrepared = true
      state = .preparing(subject, step)
      return [.call(step.call)]
    case .open(let call):
      guard mayHaveBeenCalled || isKeyExpired(of: subject) else { return send(call, for: subject) }
      state = .lookingUp(subject, thenCall: call)
      return [.call(subject.lookup)]
    case .awaitingCardholder(let cancel):
      let hasTime = authenticationTimeLeft(of: subject) > .zero
      state = hasTime ? .awaitingCardholder(subject) : .cancelling(subject)
      return [.call(hasTime ? subject.lookup : cancel)]
    }
  }

  private mutating func send(_ call: ProcessorCall, for subject: Subject) -> [Action] {
    mayHaveBeenCalled = true
    state = .calling(subject)
    return [.call(call)]
  }

  private mutating func settle(_ subject: Subject, by evidence: Evidence<Subject.Outcome>) -> [Action] {
    guard case .outcome(let outcome) = evidence else { return retry(subject, because: subject.reason(of: evidence)) }
    return commit(outcome)
  }

  private mutating func review(_ explanation: String) -> [Action] { commit(.needsReview(explanation: explanation)) }

  private mutating func commit(_ outcome: Subject.Outcome) -> [Action] {
    state = .committing
    return [.commit(outcome)]
  }

  private mutating func retry(_ subject: Subject, because reason: String) -> [Action] {
    [.report(.outcomeUnknown(reason: reason))] + wait(pauses.nextPause(), for: subject)
  }

  /// Waits, unless the record may have changed: then it is read at once.
  private mutating func wait(_ duration: Duration, for subject: Subject) -> [Action] {
    if hasChanged { return read() }
    state = .pausing(subject)
    return [.wait(duration)]
  }

  private mutating func finish() -> [Action] {
    state = .finished
    return [.finished]
  }

  // MARK: Time

  private static var uncertainAge: String {
    "the host's clock is behind ledger time, so that the age of the key is not certain: it is not sent again"
  }

  private func isKeyExpired(of subject: Subject) -> Bool {
    clock.age(since: subject.createTime) >= SettlementLimits.keyLifetime
  }

  private func authenticationTimeLeft(of subject: Subject) -> Duration {
    SettlementLimits.authenticationTime - clock.age(since: subject.createTime)
  }
}
