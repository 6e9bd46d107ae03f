/// Records a dispute that the processor reports, against the disputed recharge.
///
/// Driven like a `SettlementMachine`. The processor's event is the only source of a dispute, and may arrive before the
/// ledger knows that the charge was paid. So the event must not be acknowledged before it is certain which recharge is
/// disputed. The machine repeats no call: the conclusion says whether the event has to be delivered again.
package struct DisputeMachine: Sendable {
  package enum Event: Hashable, Sendable {
    /// The first event.
    case begun
    /// The ledger's recharge after a read or a commit. Nil if it does not exist.
    case recharge(Recharge?)
    /// All recharges that are not final.
    case openRecharges([Recharge])
    case response(ProcessorResponse)
    /// The dispute is recorded, as the ledger has it.
    case recorded(Dispute)
    /// The ledger has refused a commit.
    case refused(reason: String)
  }

  package enum Action: Hashable, Sendable {
    /// Read the recharge to which the processor's charge belongs. Followed by `recharge`.
    case readRechargeOfCharge(String)
    /// Read all recharges that are not final. Followed by `openRecharges`.
    case readOpenRecharges
    /// Read a recharge. Followed by `recharge`.
    case readRecharge(RechargeID)
    /// Call the processor. Followed by `response`.
    case call(ProcessorCall)
    /// Commit the outcome of the recharge. Followed by `recharge` or `refused`.
    case settle(RechargeID, Settlement)
    /// Commit the dispute. Followed by `recorded` or `refused`.
    case record(DisputeID, RechargeID, Money, DisputeState)
    /// Log the report, as an alarm if it says so. No event follows.
    case report(Report)
    /// Nothing is left to do. No event follows.
    case finished(Conclusion)
  }

  package enum Report: Hashable, Sendable {
    /// About the recharge that the disputed charge was for.
    case settlement(RechargeID, SettlementReport)
    /// The bank takes back more than the recharge has credited, alone or with the recharge's other disputes. The wallet
    /// is debited only what it was credited: the customer does not bear exchange rates and fees. An alarm.
    case exceedsRecharge(RechargeID, taken: Money, debited: Money)
    /// The bank takes back an amount in another currency, which the ledger cannot compare with the recharge. The whole
    /// recharge is taken for disputed, so that the customer does not keep both the money and the credits; a dispute that
    /// is won returns it. An alarm.
    case otherCurrency(RechargeID, taken: Money, debited: Money)
    /// The disputed charge has paid no recharge. An alarm.
    case unpaidRecharge(RechargeID, RechargeState)
    /// The ledger has refused the dispute. An alarm.
    case refused(RechargeID, reason: String)
  }

  package enum Conclusion: Hashable, Sendable {
    case recorded(RechargeID)
    /// The charge does not belong to this ledger, or has paid no recharge.
    case ignored
    /// It is not certain yet which recharge is disputed. The event has to be delivered again.
    case undecided(reason: String)
    /// The look-up of the charge failed. The event has to be delivered again.
    case failed(ProcessorFailure)
    case refused(RechargeID, reason: String)
  }

  private enum State {
    /// Nothing has happened. `begun` → `matching`.
    case idle
    /// The ledger is asked for the recharge of the charge. Paid → `recording`; anything else → `readingOpenRecharges`.
    case matching
    /// The ledger is asked whether the charge may be that of an open recharge, whose charge it does not know yet. This
    /// precedes the call to the processor, so that a recharge that ends meanwhile counts. → `retrieving`.
    case readingOpenRecharges
    /// The processor is asked for the charge. Found → `reconciling`; not found → `finished` if it may be that of an open
    /// recharge, else → `matchingAgain`.
    case retrieving(mayBeOpen: Bool)
    /// The ledger is asked again: the recharge may have been paid meanwhile. Paid → `recording`; else → `finished`.
    case matchingAgain
    /// The recharge is reconciled with its charge. Paid after that → `recording`; anything else → `finished`.
    case reconciling(RechargeID, ReconciliationMachine<Recharge>)
    /// The ledger records the dispute. `recorded` or `refused` → `finished`.
    case recording(RechargeID)
    /// No transition leads out of this state.
    case finished
  }

  private let dispute: DisputeResult
  private var state = State.idle

  package init(_ dispute: DisputeResult) { self.dispute = dispute }

  package mutating func handle(_ event: Event) -> [Action] {
    switch (state, event) {
    case (.idle, .begun):
      state = .matching
      return [.readRechargeOfCharge(dispute.chargeID)]
    case (.matching, .recharge(let recharge)):
      if let recharge, recharge.state == .paid { return record(against: recharge) }
      state = .readingOpenRecharges
      return [.readOpenRecharges]
    case (.readingOpenRecharges, .openRecharges(let recharges)):
      state = .retrieving(mayBeOpen: recharges.contains { $0.processorChargeID == nil })
      return [.call(.retrieveCharge(id: dispute.chargeID))]
    case (.retrieving(let mayBeOpen), .response(let response)): return retrieved(response, mayBeOpen: mayBeOpen)
    case (.matchingAgain, .recharge(let recharge)):
      guard let recharge, recharge.state == .paid else { return finish(.ignored) }
      return record(against: recharge)
    case (.reconciling(let id, let machine), .recharge(let recharge)):
      return reconcile(id, machine, .record(recharge, hasEntry: recharge?.state == .paid))
    case (.reconciling(let id, let machine), .refused(let reason)):
      return reconcile(id, machine, .refused(reason: reason))
    case (.recording(let id), .recorded(let recorded)): return limits(of: recorded) + finish(.recorded(id))
    case (.recording(let id), .refused(let reason)):
      return [.report(.refused(id, reason: reason))] + finish(.refused(id, reason: reason))
    case (.idle, _), (.matching, _), (.readingOpenRecharges, _), (.retrieving, _), (.matchingAgain, _),
      (.reconciling, _), (.recording, _), (.finished, _):
      return []
    }
  }

  private mutating func retrieved(_ response: ProcessorResponse, mayBeOpen: Bool) -> [Action] {
    switch response {
    case .charge(let charge): return reconcile(charge.rechargeID, ReconciliationMachine(.result(charge)), .begun)
    case .notFound where mayBeOpen: return finish(.undecided(reason: "the processor does not find the disputed charge"))
    case .notFound:
      state = .matchingAgain
      return [.readRechargeOfCharge(dispute.chargeID)]
    case .failure(let failure): return finish(.failed(failure))
    case .attached, .detached, .refund: return finish(.undecided(reason: unrelatedResponse))
    }
  }

  private mutating func reconcile(
    _ id: RechargeID,
    _ machine: ReconciliationMachine<Recharge>,
    _ event: ReconciliationMachine<Recharge>.Event
  ) -> [Action] {
    var machine = machine
    let actions = machine.handle(event)
    state = .reconciling(id, machine)
    return actions.flatMap { action -> [Action] in
      switch action {
      case .read: [.readRecharge(id)]
      case .call(let call): [.call(call)]
      case .commit(let settlement): [.settle(id, settlement)]
      case .report(let report): [.report(.settlement(id, report))]
      case .finished(let conclusion): reconciled(conclusion)
      }
    }
  }

  private mutating func reconciled(_ conclusion: ReconciliationMachine<Recharge>.Conclusion) -> [Action] {
    switch conclusion {
    case .noRecord: return finish(.ignored)
    case .failed(let failure): return finish(.failed(failure))
    case .undecided(let recharge), .unchanged(let recharge), .settled(let recharge), .contradicted(let recharge):
      if recharge.state == .paid { return record(against: recharge) }
      guard recharge.isFinal else {
        return finish(.undecided(reason: "the disputed charge is not known as paid yet"))
      }
      return [.report(.unpaidRecharge(recharge.id, recharge.state))] + finish(.ignored)
    }
  }

  private mutating func record(against recharge: Recharge) -> [Action] {
    state = .recording(recharge.id)
    let isComparable = dispute.amount.currency == recharge.amount.currency
    let amount =
      isComparable && dispute.amount.micros <= recharge.amount.micros ? dispute.amount : recharge.amount
    return [.record(dispute.id, recharge.id, amount, dispute.state)]
  }

  /// The reports of a dispute that debits another amount than the bank's.
  private func limits(of recorded: Dispute) -> [Action] {
    if recorded.amount.currency != dispute.amount.currency {
      return [.report(.otherCurrency(recorded.rechargeID, taken: dispute.amount, debited: recorded.amount))]
    }
    guard recorded.amount.micros < dispute.amount.micros else { return [] }
    return [.report(.exceedsRecharge(recorded.rechargeID, taken: dispute.amount, debited: recorded.amount))]
  }

  private mutating func finish(_ conclusion: Conclusion) -> [Action] {
    state = .finished
    return [.finished(conclusion)]
  }
}
