extension Recharge: Settleable {
  package static var noun: String { "charge" }

  package var stage: SettlementStage<Settlement> {
    switch state {
    case .processing: paymentMethodIsAttached ? .open(call: charge) : .unprepared(attachment)
    case .authenticationRequired: .awaitingCardholder(cancel: cancellation)
    case .needsReview: .inReview(cancel: cancellation)
    case .paid, .declined, .failed: .closed
    }
  }

  private var cancellation: ProcessorCall { .cancelCharge(key: processorKey) }

  package var lookup: ProcessorCall { .findCharge(key: processorKey) }

  package var needsReview: Bool { state == .needsReview }
  package var isFinal: Bool { state.isTerminal }
  package var hasSucceeded: Bool { state == .paid }

  private var charge: ProcessorCall {
    .createCharge(
      key: processorKey,
      rechargeID: id,
      walletID: walletID,
      amount: amount,
      token: paymentMethod.token,
      isCardholderPresent: purpose != .autoRecharge,
      billing: paymentMethod.billing
    )
  }

  /// Nothing is charged before the ledger has recorded the token to charge.
  private var attachment: PreparationStep<Settlement> {
    PreparationStep(
      call: .attachCard(
        key: attachmentKey,
        walletID: walletID,
        token: paymentMethod.token,
        billing: paymentMethod.billing
      ),
      expired: .failed(
        processorChargeID: nil,
        explanation: "the processor could not be asked about the card for an hour; it was not charged"
      ),
      superseded: .needsReview(explanation: "the recharge ended while its card was made ready")
    )
  }

  package static func result(in response: ProcessorResponse) -> ChargeResult? {
    guard case .charge(let charge) = response else { return nil }
    return charge
  }

  package static func preparation(in response: ProcessorResponse) -> CardAttachment? {
    guard case .attached(let attachment) = response else { return nil }
    return attachment
  }

  package func evidence(in charge: ChargeResult) -> Evidence<Settlement> {
    guard charge.rechargeID == id, charge.amount == amount else { return .mismatch }
    switch charge.status {
    case .processing: return .inProgress
    case .paid: return .outcome(.paid(processorChargeID: charge.id))
    case .declined(let code): return .outcome(.declined(processorChargeID: charge.id, code: code))
    case .authenticationRequired(let url):
      return .outcome(.authenticationRequired(processorChargeID: charge.id, nextActionURL: url))
    case .cancelled:
      let explanation = "the cardholder has not authenticated, and the charge was cancelled"
      return .outcome(.failed(processorChargeID: charge.id, explanation: explanation))
    }
  }

  package func evidence(in failure: ProcessorFailure) -> Evidence<Settlement> {
    switch failure {
    case .unknownToken:
      let explanation = "the processor does not know the card, or no longer"
      return .outcome(.failed(processorChargeID: nil, explanation: explanation))
    case .rejected(let reason): return .outcome(.failed(processorChargeID: nil, explanation: reason))
    case .cardDeclined(let code): return .outcome(.declined(processorChargeID: nil, code: code))
    case .outcomeUnknown(let reason): return .unknown(reason: reason)
    }
  }

  /// A final recharge admits only `paid`: one that was given up is credited, and a charge that is not the paid one's is
  /// refused by the ledger, which raises an alarm.
  package func admits(_ settlement: Settlement, hasEntry: Bool) -> Bool {
    !state.isTerminal || settlement.state == .paid
  }
}

extension Settlement: SettlementOutcome {
  package var isFinal: Bool { state.isTerminal }
  package var hasSucceeded: Bool { state == .paid }
}
