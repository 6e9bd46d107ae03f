extension RechargeRefund: Settleable {
  package static var noun: String { "refund" }

  package var stage: SettlementStage<RefundSettlement> {
    switch state {
    case .processing: .open(call: refund)
    case .needsReview: .inReview(cancel: nil)
    case .refunded, .failed: .closed
    }
  }

  package var lookup: ProcessorCall { .findRefund(key: processorKey, chargeID: processorChargeID) }

  package var needsReview: Bool { state == .needsReview }
  package var isFinal: Bool { !state.isOpen }
  package var hasSucceeded: Bool { state == .refunded }

  private var refund: ProcessorCall {
    .createRefund(key: processorKey, chargeID: processorChargeID, rechargeID: rechargeID, amount: amount)
  }

  package static func result(in response: ProcessorResponse) -> RefundResult? {
    guard case .refund(let refund) = response else { return nil }
    return refund
  }

  package static func preparation(in response: ProcessorResponse) -> Never? { nil }

  package func evidence(in refund: RefundResult) -> Evidence<RefundSettlement> {
    guard refund.key == processorKey, refund.chargeID == processorChargeID, refund.amount == amount else {
      return .mismatch
    }
    switch refund.status {
    case .processing: return .inProgress
    case .refunded: return .outcome(.refunded(processorRefundID: refund.id))
    case .failed(let code): return .outcome(.failed(processorRefundID: refund.id, explanation: code))
    }
  }

  package func evidence(in failure: ProcessorFailure) -> Evidence<RefundSettlement> {
    switch failure {
    case .rejected(let reason): .outcome(.failed(processorRefundID: nil, explanation: reason))
    case .outcomeUnknown(let reason): .unknown(reason: reason)
    case .unknownToken, .cardDeclined: .unknown(reason: unrelatedResponse)
    }
  }

  /// A bank may return a refund. A report of success that arrives after that is stale. If the refund failed without
  /// moving money, it is not: the refund was given up and is made all the same.
  package func admits(_ settlement: RefundSettlement, hasEntry: Bool) -> Bool {
    settlement.state != state && !(state == .failed && hasEntry)
  }
}

extension RefundSettlement: SettlementOutcome {
  package var isFinal: Bool { !state.isOpen }
  package var hasSucceeded: Bool { state == .refunded }
}
