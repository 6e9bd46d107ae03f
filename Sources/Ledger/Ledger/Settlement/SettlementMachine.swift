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
/// - A call with an effect is sent under the record's one key, and never once the record is `SettlementLimits.unknownTime`
///   old, nor the key `SettlementLimits.keyLifetime`. From then on the record is only looked up at the processor, and needs
///   review if that does not settle it at once.
/// - A record in review is looked up on, after pauses that grow to `SettlementLimits.longestPauseInReview`, until the
///   processor or a person settles it. Of the calls that have an effect only a cancellation is sent, which moves no money,
///   to a charge that still waits for its cardholder.
/// - If the call may have been sent before, a look-up precedes sending it again. A look-up that finds nothing proves
///   nothing, but sending again is safe within the key's lifetime.
/// - While ledger time is ahead of the host's clock, no call is sent a second time: its key may be older than it seems.
/// - Only a definite response settles a record. After a time-out, an error of the processor or a response to something
///   else, the machine pauses and repeats the attempt.
/// - A definite refusal of a call proves nothing about an earlier one under the same key, which may have had its effect: if
///   there may have been one, the record needs review.
/// - A cardholder has `SettlementLimits.authenticationTime` to authenticate. Then the charge is cancelled, and its
///   state at the processor is the outcome. If that is not final, the record needs review.
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
    /// the age of the key is not certain; anything else → `pausing`. Once the outcome is unknown for too long, everything →
    /// `committing`.
    case lookingUp(Subject, thenCall: ProcessorCall)
    /// The call is sent. An outcome or a definite refusal → `committing`, the latter that it needs review if the call may
    /// have been sent before; anything else → `pausing`.
    case calling(Subject, isFirst: Bool)
    /// The record is looked up at the processor while the cardholder may authenticate. A final outcome → `committing`;
    /// anything else → `pausing`, or `cancelling` when the time to authenticate is over.
    case awaitingCardholder(Subject)
    /// The processor cancels the charge. A final outcome → `committing`; anything else → `committing` that it needs review,
    /// or `pausingInReview` if it does already.
    case cancelling(Subject)
    /// The record in review is looked up at the processor. A final outcome → `committing`; a charge that waits for its
    /// cardholder → `cancelling`; anything else → `pausingInReview`.
    case lookingUpInReview(Subject, thenCancel: ProcessorCall?)
    /// The ledger records the outcome. `record` → its stage; `refused` → `reading`, since another outcome was first. A
    /// record that stays in review → `pausingInReview`. That it needs review is not the processor's word: if the ledger
    /// refuses it, because a caller or an event has ended the record, nothing contradicts.
    case committing(wasInReview: Bool, isReview: Bool)
    /// `pauseEnded` → the record's stage; `changed` → `reading`. A preparation whose key's age is not certain waits here.
    case pausing(Subject)
    /// `pauseEnded` or `changed` → `reading`, since a person may have settled the record.
    case pausingInReview
    /// The record is final or does not exist. No transition leads out of this state.
    case finished
  }

  private var state = State.idle
  private var clock = SettlementClock()
  private var pauses = Backoff.betweenCalls
  private var pausesInReview = Backoff.inReview
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
    case .committing(let wasInReview, _):
      guard let subject else { return finish() }
      guard subject.needsReview else { return [.report(.settled)] + proceed(with: subject) }
      // Nothing new is known now. An outcome that the ledger finds implausible leaves the record in review.
      return (wasInReview ? [] : [.report(.needsReview)]) + waitInReview()
    case .idle, .preparing, .lookingUp, .calling, .awaitingCardholder, .cancelling, .lookingUpInReview, .pausing,
      .pausingInReview, .finished:
      return []
    }
  }

  private mutating func refused(_ reason: String) -> [Action] {
    switch state {
    case .committingPreparation(let superseded): return commit(superseded, wasInReview: false)
    case .committing(_, isReview: true): return read()
    case .committing(let wasInReview, isReview: false):
      return [.report(.contradiction(reason: reason))] + (wasInReview ? waitInReview() : read())
    case .idle, .reading, .preparing, .lookingUp, .calling, .awaitingCardholder, .cancelling, .lookingUpInReview,
      .pausing, .pausingInReview, .finished:
      return []
    }
  }

  private mutating func responded(_ response: ProcessorResponse) -> [Action] {
    switch state {
    case .preparing(let subject, let step): prepared(response, step, for: subject)
    case .lookingUp(let subject, let call): found(response, for: subject, otherwise: call)
    case .calling(let subject, let isFirst): called(response, for: subject, isFirst: isFirst)
    case .awaitingCardholder(let subject): authenticated(response, for: subject)
    case .cancelling(let subject): cancelled(response, for: subject)
    case .lookingUpInReview(let subject, let cancel): foundInReview(response, for: subject, thenCancel: cancel)
    case .idle, .reading, .committingPreparation, .committing, .pausing, .pausingInReview, .finished: []
    }
  }

  private mutating func pauseEnded() -> [Action] {
    switch state {
    case .pausing(let subject): return proceed(with: subject)
    case .pausingInReview: return read()
    case .idle, .reading, .preparing, .committingPreparation, .lookingUp, .calling, .awaitingCardholder, .cancelling,
      .lookingUpInReview, .committing, .finished:
      return []
    }
  }

  private mutating func changed() -> [Action] {
    switch state {
    case .pausing, .pausingInReview: return read()
    case .reading, .preparing, .committingPreparation, .lookingUp, .calling, .awaitingCardholder, .cancelling,
      .lookingUpInReview, .committing:
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
    if isUnknownForTooLong(subject) {
      guard case .outcome(let outcome) = evidence else {
        return review("unknown for an hour: \(subject.explanation(of: evidence))")
      }
      return commit(outcome, wasInReview: false)
    }
    guard case .notFound = evidence else { return settle(subject, by: evidence) }
    if hasChanged { return read() }
    guard !clock.isAheadOfWallClock else { return retry(subject, because: Self.uncertainAge) }
    return send(call, for: subject)
  }

  private mutating func called(_ response: ProcessorResponse, for subject: Subject, isFirst: Bool) -> [Action] {
    let evidence = subject.evidence(inOutcome: response)
    if !isFirst, case .failure(let failure) = response, case .outcome = evidence {
      return review("refused after an attempt whose outcome is unknown: \(failure)")
    }
    return settle(subject, by: evidence)
  }

  private mutating func foundInReview(
    _ response: ProcessorResponse,
    for subject: Subject,
    thenCancel cancel: ProcessorCall?
  ) -> [Action] {
    guard case .outcome(let outcome) = subject.evidence(in: response) else { return waitInReview() }
    if outcome.isFinal { return commit(outcome, wasInReview: true) }
    if hasChanged { return read() }
    guard let cancel else { return waitInReview() }
    state = .cancelling(subject)
    return [.call(cancel)]
  }

  private mutating func authenticated(_ response: ProcessorResponse, for subject: Subject) -> [Action] {
    if case .outcome(let outcome) = subject.evidence(in: response), outcome.isFinal {
      return commit(outcome, wasInReview: false)
    }
    let left = authenticationTimeLeft(of: subject)
    guard left > .zero else { return proceed(with: subject) }
    return wait(min(left, SettlementLimits.longestPause), for: subject)
  }

  private mutating func cancelled(_ response: ProcessorResponse, for subject: Subject) -> [Action] {
    let evidence = subject.evidence(in: response)
    if case .outcome(let outcome) = evidence, outcome.isFinal {
      return commit(outcome, wasInReview: subject.needsReview)
    }
    if subject.needsReview { return waitInReview() }
    let reason = subject.explanation(of: evidence)
    return [.report(.cancellationFailed(reason: reason))]
      + review("not authenticated in an hour, and not cancelled: \(reason)")
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
      guard !isUnknownForTooLong(subject) else { return commit(step.expired, wasInReview: false) }
      if mayHaveBeenPrepared, clock.isAheadOfWallClock { return retry(subject, because: Self.uncertainAge) }
      mayHaveBeenPrepared = true
      state = .preparing(subject, step)
      return [.call(step.call)]
    case .open(let call):
      guard mayHaveBeenCalled || isUnknownForTooLong(subject) else { return send(call, for: subject) }
      state = .lookingUp(subject, thenCall: call)
      return [.call(subject.lookup)]
    case .awaitingCardholder(let cancel):
      let hasTime = authenticationTimeLeft(of: subject) > .zero
      state = hasTime ? .awaitingCardholder(subject) : .cancelling(subject)
      return [.call(hasTime ? subject.lookup : cancel)]
    case .inReview(let cancel):
      state = .lookingUpInReview(subject, thenCancel: cancel)
      return [.call(subject.lookup)]
    }
  }

  private mutating func send(_ call: ProcessorCall, for subject: Subject) -> [Action] {
    state = .calling(subject, isFirst: !mayHaveBeenCalled)
    mayHaveBeenCalled = true
    return [.call(call)]
  }

  private mutating func settle(_ subject: Subject, by evidence: Evidence<Subject.Outcome>) -> [Action] {
    guard case .outcome(let outcome) = evidence else { return retry(subject, because: subject.reason(of: evidence)) }
    return commit(outcome, wasInReview: false)
  }

  private mutating func review(_ explanation: String) -> [Action] {
    commit(.needsReview(explanation: explanation), wasInReview: false, isReview: true)
  }

  private mutating func commit(_ outcome: Subject.Outcome, wasInReview: Bool, isReview: Bool = false) -> [Action] {
    state = .committing(wasInReview: wasInReview, isReview: isReview)
    return [.commit(outcome)]
  }

  private mutating func retry(_ subject: Subject, because reason: String) -> [Action] {
    let pause = pauses.nextPause()
    let left = timeLeft(SettlementLimits.unknownTime, of: subject)
    // The hour does not end in a pause: whether the record needs review is then decided at once.
    return [.report(.outcomeUnknown(reason: reason))] + wait(left > .zero ? min(left, pause) : pause, for: subject)
  }

  private mutating func waitInReview() -> [Action] {
    if hasChanged { return read() }
    state = .pausingInReview
    return [.wait(pausesInReview.nextPause())]
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

  /// Whether nothing that moves money may be sent any more. The hour ends long before the lifetime of the key.
  private func isUnknownForTooLong(_ subject: Subject) -> Bool {
    timeLeft(min(SettlementLimits.unknownTime, SettlementLimits.keyLifetime), of: subject) <= .zero
  }

  private func authenticationTimeLeft(of subject: Subject) -> Duration {
    timeLeft(SettlementLimits.authenticationTime, of: subject)
  }

  private func timeLeft(_ limit: Duration, of subject: Subject) -> Duration {
    limit - clock.age(since: subject.createTime)
  }
}
