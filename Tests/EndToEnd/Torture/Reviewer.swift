import CreditsClient

/// Settles what needs review, as a person does who looks it up at the processor.
struct Reviewer: Sendable {
  let calls: PersistentCalls
  let dashboard: Dashboard

  /// Settles a recharge, or returns when the machine has settled it before.
  ///
  /// - Parameter isHasty: Whether to insist on what is not confirmed.
  func settle(recharge id: String, isHasty: Bool) async throws {
    try await settle(.recharge(id), named: id, isHasty: isHasty) {
      guard try await recharge(id).state == .needsReview else { return nil }
      let charge = try await dashboard.charge(ofRecharge: id)
      let isPaid = charge?.rechargeID == id && charge?.state == .paid
      return isPaid ? .moneyMoved(processorID: charge?.chargeID ?? "") : .noMoneyMoved
    }
  }

  /// Settles a refund of a recharge, or returns when the machine has settled it before.
  func settle(refund id: String, of rechargeID: String, isHasty: Bool) async throws {
    try await settle(.refund(id), named: id, isHasty: isHasty) {
      let history = try await calls.until(id) { credits, _ in try await credits.recharge.history(rechargeID) }
      guard history.refunds.first(where: { $0.refundID == id })?.state == .needsReview,
        let charge = try await dashboard.charge(ofRecharge: rechargeID), charge.rechargeID == rechargeID
      else { return history.refunds.contains { $0.refundID == id && $0.state == .needsReview } ? .noMoneyMoved : nil }
      let refund = try await dashboard.refund(id, ofCharge: charge.chargeID)
      let isMade = refund?.idempotencyKey == "credits-\(id)" && refund?.state == .refunded
      return isMade ? .moneyMoved(processorID: refund?.refundID ?? "") : .noMoneyMoved
    }
  }

  /// - Parameter look: Returns what the person has found, or nil if nothing needs review any more.
  private func settle(
    _ subject: ReviewSubject,
    named id: String,
    isHasty: Bool,
    by look: () async throws -> ReviewOutcome?
  ) async throws {
    var attempts = 0
    while let outcome = try await look() {
      attempts += 1
      do {
        _ = try await calls.until("review-\(id)-\(attempts)") { credits, key in
          try await credits.recharge.settleReview(
            subject,
            outcome,
            memo: "looked it up",
            acceptsUnconfirmed: isHasty,
            idempotencyKey: key
          )
        }
        return
      } catch let error as CreditsError where error.canBeSeenOtherwise {
        try await Task.sleep(for: .milliseconds(50))
      }
    }
  }

  private func recharge(_ id: String) async throws -> Recharge {
    try await calls.until(id) { credits, _ in try await credits.recharge.get(id) }
  }
}

extension CreditsError {
  /// Whether another look at the processor may lead to another answer.
  fileprivate var canBeSeenOtherwise: Bool {
    reason == .reviewContradicted || reason == .notInReview || reason == .fieldInvalid
  }
}
