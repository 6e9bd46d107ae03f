/// A record that only the processor's outcome settles: a recharge, or a refund of one.
package protocol Settleable: Hashable, Sendable {
  associatedtype Outcome: SettlementOutcome
  /// The charge or refund as the processor has it.
  associatedtype ProcessorResult: Hashable, Sendable
  /// What the processor has to prepare, and the ledger has to record, before the call for the outcome is sent.
  associatedtype Preparation: Hashable, Sendable = Never

  /// What explanations call the processor's object: "charge" or "refund".
  static var noun: String { get }

  /// When the record was created. Its idempotency keys are never used earlier, so their age counts from here.
  var createTime: LedgerTime { get }
  var updateTime: LedgerTime { get }
  /// What the record needs next.
  var stage: SettlementStage<Outcome> { get }
  /// The call that looks up the record at the processor. It has no effect.
  var lookup: ProcessorCall { get }
  /// Whether the outcome was not known in time. A person may settle the record, and it is looked up on.
  var needsReview: Bool { get }
  /// Whether the record has its outcome.
  var isFinal: Bool { get }
  /// Whether the money has moved, and the ledger has posted it.
  var hasSucceeded: Bool { get }

  static func result(in response: ProcessorResponse) -> ProcessorResult?
  static func preparation(in response: ProcessorResponse) -> Preparation?

  /// What the processor's result proves about this record. Never `unknown` or `notFound`.
  func evidence(in result: ProcessorResult) -> Evidence<Outcome>
  /// What a failure of the call for the outcome, or for the preparation, proves.
  func evidence(in failure: ProcessorFailure) -> Evidence<Outcome>

  /// Whether a reconciliation commits a final outcome.
  ///
  /// - Parameter hasEntry: Whether the record has ever moved money in the ledger.
  func admits(_ outcome: Outcome, hasEntry: Bool) -> Bool
}

/// The outcome of a record, as it is committed.
package protocol SettlementOutcome: Hashable, Sendable {
  /// The outcome is not known in time.
  static func needsReview(explanation: String) -> Self
  /// Whether the processor has finished.
  var isFinal: Bool { get }
  /// Whether the money has moved.
  var hasSucceeded: Bool { get }
}

/// What a record needs next.
package enum SettlementStage<Outcome: SettlementOutcome>: Hashable, Sendable {
  /// The processor has to attach the card first. The call for the outcome cannot have been sent yet.
  case unprepared(PreparationStep<Outcome>)
  /// `call`, which brings the outcome, is to be sent, or has been.
  case open(call: ProcessorCall)
  /// The cardholder has to authenticate. `cancel` ends the charge.
  case awaitingCardholder(cancel: ProcessorCall)
  /// The outcome was not known in time. The record is looked up on, but nothing is sent that may move money. `cancel` ends
  /// a charge that still waits for its cardholder; nil if nothing can wait for one.
  case inReview(cancel: ProcessorCall?)
  /// The record is final.
  case closed
}

/// How a record is prepared, and its outcome if that is not possible.
package struct PreparationStep<Outcome: SettlementOutcome>: Hashable, Sendable {
  package var call: ProcessorCall
  /// The outcome if the processor has not prepared the record in `SettlementLimits.unknownTime`.
  package var expired: Outcome
  /// The outcome if the ledger refuses the preparation, because the record has changed meanwhile.
  package var superseded: Outcome
}

/// What a response of the processor proves about a record.
package enum Evidence<Outcome: SettlementOutcome>: Hashable, Sendable {
  /// The outcome to commit.
  case outcome(Outcome)
  /// The processor has not finished.
  case inProgress
  /// The response does not repeat the record's fields: it is about something else, and proves nothing.
  case mismatch
  /// The processor has no such object now.
  case notFound
  /// Nothing, for the given reason.
  case unknown(reason: String)
}

extension Settleable {
  /// What the response to a look-up or a cancellation proves. The failure of any other call may be definite.
  func evidence(in response: ProcessorResponse) -> Evidence<Outcome> {
    switch response {
    case .notFound: return .notFound
    case .failure(let failure): return .unknown(reason: failure.description)
    case .attached, .detached, .charge, .refund:
      guard let result = Self.result(in: response) else { return .unknown(reason: unrelatedResponse) }
      return evidence(in: result)
    }
  }

  /// What the response to the call for the outcome proves.
  func evidence(inOutcome response: ProcessorResponse) -> Evidence<Outcome> {
    guard case .failure(let failure) = response else { return evidence(in: response) }
    return evidence(in: failure)
  }

  /// Why `evidence` is not an outcome.
  func reason(of evidence: Evidence<Outcome>) -> String {
    switch evidence {
    case .outcome, .notFound: unrelatedResponse
    case .inProgress: "the processor is still working"
    case .mismatch: "the processor answered with another \(Self.noun)"
    case .unknown(let reason): reason
    }
  }

  /// What a look-up or a cancellation has found instead of a final outcome, for the person who reviews the record.
  func explanation(of evidence: Evidence<Outcome>) -> String {
    switch evidence {
    case .outcome: "the processor still waits for the cardholder"
    case .notFound: "the processor knows of no \(Self.noun)"
    case .inProgress, .mismatch, .unknown: reason(of: evidence)
    }
  }
}

/// The reason if a response is of another kind than its call.
let unrelatedResponse = "the processor answered another question"
