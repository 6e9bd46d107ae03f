import Ledger
import PaymentProcessing

// One-time lookups of the processor's state of recharges and refunds.
extension RechargeWorker {
  /// Compares a recharge with the processor's state, once, and commits what that settles.
  ///
  /// - Returns: The recharge in the ledger after that, or nil if it does not exist.
  /// - Throws: `ProcessorFailure` if the lookup failed; `LedgerError`.
  func reconcile(
    _ id: RechargeID,
    _ trigger: ReconciliationMachine<Recharge>.Trigger = .inquiry
  ) async throws -> RechargeReply? {
    let (_, reply) = try await driver.forCaller.reconcile(Recharge.self, id, trigger)
    if let reply { detachRemovedCard(of: reply) }
    return reply
  }

  /// Cancels the charge of a recharge that waits for its cardholder, and commits what became of it.
  ///
  /// - Parameter origin: The caller that ends the wait, with its key.
  /// - Returns: The recharge in the ledger after that, or nil if it does not exist.
  /// - Throws: `ProcessorFailure` if the processor does not answer or cannot cancel; `Refusal` if the recharge does not wait
  /// for its cardholder; `LedgerError`.
  func cancel(_ id: RechargeID, from origin: Origin) async throws -> RechargeReply? {
    let driver = driver.forCaller
    let (conclusion, reply) = try await driver.reconcile(Recharge.self, id, .cancellation) { settlement in
      let request = Request(CancelRecharge(id, settlement), from: origin)
      return try await driver.outcome(of: request, on: "recharge \(id)").result
    }
    if let reply { detachRemovedCard(of: reply) }
    switch conclusion {
    case .noRecord, .settled: return reply
    case .undecided(let recharge) where recharge.state == .authenticationRequired: return reply
    case .undecided(let recharge), .unchanged(let recharge), .contradicted(let recharge):
      throw Refusal.rechargeNotCancellable(id, recharge.state)
    case .failed(let failure): throw failure
    }
  }

  /// Commits what an event of the processor settles.
  ///
  /// - Returns: The recharge that the event concerns, or nil if it is not in this ledger or the event changes nothing.
  /// - Throws: `ProcessorFailure` if the event has to be delivered again; `Refusal` if the ledger refuses a dispute;
  /// `LedgerError`.
  func ingest(_ event: ProcessorEvent) async throws -> RechargeID? {
    switch event.kind {
    case .charge(let charge): return try await rechargeID(of: charge)
    case .refund(let refund): return try await rechargeID(of: refund)
    case .foreignRefund(let refund): return try await driver.forCaller.record(refund)
    case .dispute(let dispute): return try await driver.forCaller.record(dispute)
    case .cardUpdated(let token, let card): try await driver.forCaller.update(token, card)
    case .cardRemoved(let token): try await driver.forCaller.invalidate(token)
    case .customerRemoved(let walletID): try await driver.forCaller.invalidateCards(of: walletID)
    case .unclassified(let event): return try await driver.forCaller.report(event)
    case .other: break
    }
    return nil
  }

  /// Commits a charge's present state. The event contains an old one.
  private func rechargeID(of charge: ChargeResult) async throws -> RechargeID? {
    let isPaid = charge.status == .paid
    let driver = driver.forCaller
    let trigger: ReconciliationMachine<Recharge>.Trigger = isPaid ? .reportOfSuccess : .reportOfChange
    var (conclusion, reply) = try await driver.reconcile(Recharge.self, charge.rechargeID, trigger)
    if isPaid, case .undecided = conclusion {
      // Search lags, so that a look-up by key may not show the payment yet. By its id a charge is shown as it is.
      switch await driver.processor.response(to: .retrieveCharge(id: charge.id)) {
      case .charge(let current):
        (conclusion, reply) = try await driver.reconcile(Recharge.self, charge.rechargeID, .result(current))
      case .failure(let failure): throw failure
      case .notFound, .attached, .detached, .refund: break
      }
    }
    if let reply { detachRemovedCard(of: reply) }
    return reply?.recharge.id
  }

  /// Commits a refund's result, which may be its first result or a bank's later change.
  private func rechargeID(of refund: RefundResult) async throws -> RechargeID? {
    guard let id = RechargeRefundID(processorKey: refund.key) else { return nil }
    let (conclusion, _) = try await driver.forCaller.reconcile(RechargeRefund.self, id, .report(refund))
    switch conclusion {
    case .unchanged(let refund), .settled(let refund), .contradicted(let refund): return refund.rechargeID
    case .noRecord, .undecided, .failed: return nil
    }
  }
}
