/// A record whose outcome only the processor knows: a recharge or a refund of one.
package protocol Settleable: Hashable, Sendable {
  associatedtype Outcome: SettlementOutcome
  /// The charge or refund as the processor has it.
  associatedtype ProcessorResult: Hashable, Sendable
  /// What the processor makes ready before it is asked for the outcome, and the ledger records.
  associatedtype Preparation: Hashable, Sendable = Never

  /// What the processor calls the thing, in explanations: "charge" or "refund".
  static var noun: String { get }

  /// The first use of the record's idempotency keys is not before this.
  var createTime: LedgerTime { get }
  var updateTime: LedgerTime { get }
  /// What is to be done for the record as it stands.
  var stage: SettlementStage<Outcome> { get }
  /// Asks the processor what it knows of the record, without an effect.
  var lookup: ProcessorCall { get }
  /// Whether a person has to settle the record.
  var needsReview: Bool { get }
  /// Whether the record has its outcome.
  var isFinal: Bool { get }
  /// Whether its outcome is that the money has moved.
  var hasSucceeded: Bool { get }

  static func result(in response: ProcessorResponse) -> ProcessorResult?
  static func preparation(in response: ProcessorResponse) -> Preparation?

  /// What the processor's result proves about this record. Never `unknown` or `notFound`.
  func evidence(in result: ProcessorResult) -> Evidence<Outcome>
  /// What a failure of the call that was to bring the outcome, or the preparation, proves.
  func evidence(in failure: ProcessorFailure) -> Evidence<Outcome>

  /// Whether a final outcome is committed that the processor reports by itself, or that a caller asks about.
  ///
  /// - Parameter hasEntry: Whether the record has ever moved money in the ledger.
  func admits(_ outcome: Outcome, hasEntry: Bool) -> Bool
}

/// What a record is settled with.
package protocol SettlementOutcome: Hashable, Sendable {
  /// The outcome cannot be determined by machine. A person settles the record.
  static func needsReview(explanation: String) -> Self
  /// Whether nothing more happens at the processor.
  var isFinal: Bool { get }
}

/// What is to be done for a record as it stands.
package enum SettlementStage<Outcome: SettlementOutcome>: Hashable, Sendable {
  /// The processor has to make the card ready first. It cannot have been asked for the outcome yet.
  case unprepared(PreparationStep<Outcome>)
  /// The processor is asked for the outcome by `call`, or has been.
  case open(call: ProcessorCall)
  /// The cardholder has to authenticate. `cancel` ends the wait.
  case awaitingCardholder(cancel: ProcessorCall)
  /// The record is final, or a person settles it.
  case closed
}

/// How a record is prepared, and what it is settled with where that cannot be done.
package struct PreparationStep<Outcome: SettlementOutcome>: Hashable, Sendable {
  package var call: ProcessorCall
  /// The outcome once the key of `call` may be forgotten.
  package var expired: Outcome
  /// The outcome where the ledger does not take the preparation, because the record has changed meanwhile.
  package var superseded: Outcome
}

/// What a response of the processor proves about a record.
package enum Evidence<Outcome: SettlementOutcome>: Hashable, Sendable {
  /// What the record is to be settled with.
  case outcome(Outcome)
  /// The processor has not finished.
  case inProgress
  /// The response does not repeat what the record is for: it answers something else, and proves nothing.
  case mismatch
  /// Nothing is there, now.
  case notFound
  /// Nothing, for the given reason.
  case unknown(reason: String)
}

extension Settleable {
  /// What a response proves, unless it is the failure of a call with an effect.
  func evidence(in response: ProcessorResponse) -> Evidence<Outcome> {
    switch response {
    case .notFound: return .notFound
    case .failure(let failure): return .unknown(reason: failure.description)
    case .attached, .detached, .charge, .refund:
      guard let result = Self.result(in: response) else { return .unknown(reason: anotherQuestion) }
      return evidence(in: result)
    }
  }

  /// What the response to a call with an effect proves: its failure may be definite.
  func evidence(inEffectOf response: ProcessorResponse) -> Evidence<Outcome> {
    guard case .failure(let failure) = response else { return evidence(in: response) }
    return evidence(in: failure)
  }

  /// Why `evidence` is not an outcome.
  func reason(of evidence: Evidence<Outcome>) -> String {
    switch evidence {
    case .outcome, .notFound: anotherQuestion
    case .inProgress: "the processor is still working"
    case .mismatch: "the processor answered with another \(Self.noun)"
    case .unknown(let reason): reason
    }
  }
}

/// The reason where a response does not fit its call.
let anotherQuestion = "the processor answered another question"
