/// What the processor says against a person's word about a record in review.
package enum ReviewObjection: Hashable, Sendable {
  /// The processor says otherwise.
  case contradicted(ProcessorState)
  /// The processor has no such charge or refund, or one for something else.
  case notFound
  /// The processor is still working on the record, so that money may still move.
  case unfinished
  /// The processor does not answer, or answers about something else.
  case unanswered(reason: String)

  /// What the processor says of a charge or refund, by the names of the contract.
  package enum ProcessorState: String, Hashable, Sendable {
    case paid = "PAID"
    case refunded = "REFUNDED"
    case processing = "PROCESSING"
  }
}

extension Recharge {
  /// The objection to a person's word that the recharge was not paid.
  ///
  /// - Parameter response: The response to `lookup`, or to the cancellation of a charge that waits for its cardholder.
  package func objectionToNoPayment(_ response: ProcessorResponse) -> ReviewObjection? {
    objection(toNoSuccess: response, success: .paid)
  }

  /// The objection to a person's word that the recharge was paid by the charge that `response` is about.
  package func objectionToPayment(_ response: ProcessorResponse) -> ReviewObjection? {
    switch evidence(in: response) {
    case .outcome(let outcome): outcome.hasSucceeded ? nil : .notFound
    case .notFound, .mismatch: .notFound
    case .inProgress: .contradicted(.processing)
    case .unknown(let reason): .unanswered(reason: reason)
    }
  }

  /// Whether a look-up has found a charge that waits for its cardholder, and can be cancelled.
  package func waitsForCardholder(in response: ProcessorResponse) -> Bool {
    if case .outcome(let outcome) = evidence(in: response) { !outcome.isFinal } else { false }
  }
}

extension RechargeRefund {
  /// The objection to a person's word that the refund was not made.
  ///
  /// - Parameter response: The response to `lookup`.
  package func objectionToNoRefund(_ response: ProcessorResponse) -> ReviewObjection? {
    objection(toNoSuccess: response, success: .refunded)
  }

  /// The objection to a person's word that the refund was made under the processor's id `refundID`.
  ///
  /// - Parameter response: The response to `lookup`.
  package func objectionToRefund(_ refundID: String, _ response: ProcessorResponse) -> ReviewObjection? {
    switch evidence(in: response) {
    case .outcome(let outcome): outcome == .refunded(processorRefundID: refundID) ? nil : .notFound
    case .notFound, .mismatch: .notFound
    case .inProgress: .contradicted(.processing)
    case .unknown(let reason): .unanswered(reason: reason)
    }
  }
}

extension Settleable {
  fileprivate func objection(
    toNoSuccess response: ProcessorResponse,
    success: ReviewObjection.ProcessorState
  ) -> ReviewObjection? {
    switch evidence(in: response) {
    case .outcome(let outcome) where outcome.hasSucceeded: .contradicted(success)
    case .outcome(let outcome): outcome.isFinal ? nil : .unfinished
    case .inProgress: .unfinished
    // Finding nothing proves nothing, but it is what the person says.
    case .notFound: nil
    case .mismatch: .unanswered(reason: reason(of: .mismatch))
    case .unknown(let reason): .unanswered(reason: reason)
    }
  }
}

extension Refusal {
  package static func reviewContradicted(_ state: ReviewObjection.ProcessorState) -> Refusal {
    let advice =
      switch state {
      case .paid, .refunded: "settle it as MONEY_MOVED with the processor's id, or wait: the ledger finds out by itself"
      case .processing:
        "wait until it has finished; to give it up before, send NO_MONEY_MOVED with accept_unconfirmed"
      }
    return Refusal(
      .reviewContradicted,
      [.state: state.rawValue],
      sentence: "the processor says that it is \(state.rawValue): \(advice)"
    )
  }
}
