import Ledger
import Logging
import PaymentProcessing

// What happens to a recharge at the processor without this ledger.
extension SettlementDriver {
  /// Takes over a refund that was made at the processor, in its dashboard for example.
  ///
  /// - Returns: The refunded recharge, or nil if it is not in this ledger or the refund changes nothing.
  /// - Throws: `ProcessorFailure` if the event has to be delivered again; `CancellationError`; for a caller also
  /// `LedgerError`.
  func record(_ refund: ForeignRefund) async throws -> RechargeID? {
    guard let recharge = try await self.recharge(ofCharge: refund.chargeID, about: "refund \(refund.id)") else {
      return nil
    }
    let rechargeID = recharge.id
    let subject = "refund \(refund.id)"
    let result: Result<RechargeRefundReply, Refusal>
    switch refund.status {
    // An event tells how it ends.
    case .processing: return nil
    case .refunded:
      let mutation = RecordFoundRefund(refund.id, of: rechargeID, refund.amount)
      result = try await commit(mutation, result: "\(refund.id) found", on: subject)
    case .failed(let code):
      let settlement = RefundSettlement.failed(processorRefundID: refund.id, explanation: code)
      let mutation = SettleRechargeRefund(RechargeRefundID(refund.id), settlement)
      result = try await commit(mutation, result: "\(refund.id) failed", on: subject)
    }
    switch result {
    case .success: return rechargeID
    // A refund that failed before anything was heard of it has moved nothing.
    case .failure(let refusal) where refusal.reason == .refundNotFound: return nil
    case .failure(let refusal):
      logger.critical(
        "a refund that was made at the processor cannot be taken off its wallet: correct the wallet with AdjustBalance",
        metadata: [
          "recharge_id": "\(rechargeID)", "wallet_id": "\(recharge.walletID.logged)",
          "processor_refund_id": "\(refund.id)", "amount": "\(refund.amount)", "reason": "\(refusal.sentence)",
        ]
      )
      return rechargeID
    }
  }

  /// Logs an event whose meaning is not known, as an alarm if it concerns a recharge of this ledger.
  ///
  /// - Returns: The recharge that the event concerns, or nil if it concerns none.
  func report(_ event: UnclassifiedEvent) async throws -> RechargeID? {
    guard let chargeID = event.chargeID,
      let recharge = try await self.recharge(ofCharge: chargeID, about: "event \(event.type)")
    else { return nil }
    logger.critical(
      "the processor tells something of a recharge that this program does not understand: look at it there",
      metadata: ["recharge_id": "\(recharge.id)", "event": "\(event.type)", "object_id": "\(event.objectID)"]
        .merging(recharge.moneyMetadata) { $1 }
    )
    return recharge.id
  }

  /// Returns the recharge that a charge pays. The ledger may not know yet of the charge, or that it is paid: it is then asked
  /// for at the processor, and its recharge is settled first.
  private func recharge(ofCharge chargeID: String, about subject: String) async throws -> Recharge? {
    let known = try await knownRecharge(ofCharge: chargeID, about: subject)
    if let known, known.state == .paid { return known }
    switch await processor.response(to: .retrieveCharge(id: chargeID)) {
    case .charge(let charge):
      _ = try await reconcile(Recharge.self, charge.rechargeID, .result(charge))
      if let settled = try await knownRecharge(ofCharge: chargeID, about: subject) { return settled }
      logger.critical(
        "the processor tells of a charge that no recharge of this ledger knows: look at it there",
        metadata: ["charge_id": "\(chargeID)", "subject": "\(subject)"]
      )
      return nil
    case .failure(let failure): throw failure
    // The account has other users than this ledger.
    case .notFound, .attached, .detached, .refund: return known
    }
  }

  private func knownRecharge(ofCharge chargeID: String, about subject: String) async throws -> Recharge? {
    try await outcome(of: FindRechargeOfCharge(chargeID), on: subject).result.get()?.recharge
  }
}
