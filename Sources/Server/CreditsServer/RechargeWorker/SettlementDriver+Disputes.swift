import Ledger
import Logging
import PaymentProcessing

extension SettlementDriver {
  /// Records a dispute that the processor reports.
  ///
  /// - Returns: The disputed recharge, or nil if it is not in this ledger or was not paid.
  /// - Throws: `ProcessorFailure.outcomeUnknown` if the event has to be delivered again; `Refusal` if the ledger refuses the
  /// dispute; `CancellationError`; for a caller also `LedgerError`.
  func record(_ dispute: DisputeResult) async throws -> RechargeID? {
    var machine = DisputeMachine(dispute)
    var current: CurrentRecord<Recharge>?
    var refusal: Refusal?
    return try await drive(from: .begun, { machine.handle($0) }) { action in
      switch action {
      case .readRechargeOfCharge(let chargeID):
        let found = try await outcome(of: FindRechargeOfCharge(chargeID), on: "a disputed charge").reply ?? nil
        if let found {
          var read = CurrentRecord<Recharge>(id: found.recharge.id)
          _ = read.take(found)
          current = read
        }
        return .event(.recharge(found?.recharge))
      case .readOpenRecharges:
        let open = try await outcome(of: ListOpenMatters(), on: "a dispute").result.get()
        return .event(.openRecharges(open.recharges))
      case .readRecharge(let id):
        var read = CurrentRecord<Recharge>(id: id)
        let recharge = try await self.read(&read)
        current = read
        return .event(.recharge(recharge))
      case .call(let call): return .event(.response(await processor.response(to: call)))
      case .settle(let id, let settlement):
        var settled = CurrentRecord<Recharge>(id: id)
        switch try await commit(settlement, of: settled) {
        case .success(let reply):
          let recharge = settled.take(reply)
          current = settled
          return .event(.recharge(recharge))
        case .failure(let refusal): return .event(.refused(reason: refusal.sentence))
        }
      case .record(let disputeID, let rechargeID, let amount, let state):
        let mutation = RecordDispute(disputeID, rechargeID, amount, state)
        // Lower case, as in all records.
        let result = "\(dispute.id) \(dispute.state.rawValue.lowercased())"
        switch try await commit(mutation, result: result, on: "dispute \(dispute.id)") {
        case .success(let reply): return .event(.recorded(reply.dispute))
        case .failure(let refused):
          refusal = refused
          return .event(.refused(reason: refused.sentence))
        }
      case .report(let report):
        log(report, settling: current)
        return .nextAction
      case .finished(let conclusion):
        if let refusal { throw refusal }
        return .finished(try Self.recharge(in: conclusion))
      }
    }
  }

  private static func recharge(in conclusion: DisputeMachine.Conclusion) throws(ProcessorFailure) -> RechargeID? {
    switch conclusion {
    case .recorded(let id): return id
    case .ignored, .refused: return nil
    case .undecided(let reason): throw .outcomeUnknown(reason)
    case .failed(let failure): throw failure
    }
  }

  private func log(_ report: DisputeMachine.Report, settling current: CurrentRecord<Recharge>?) {
    let money = current?.record?.moneyMetadata ?? [:]
    func alarm(_ message: Logger.Message, _ metadata: Logger.Metadata) {
      logger.critical(message, metadata: metadata.merging(money) { $1 })
    }
    switch report {
    case .settlement(let id, let report): log(report, about: current ?? CurrentRecord(id: id))
    case .exceedsRecharge(let id, let taken, let debited):
      alarm(
        "a bank takes back more than a recharge has brought",
        ["recharge_id": "\(id)", "taken": "\(taken)", "debited": "\(debited)"]
      )
    case .otherCurrency(let id, let taken, let debited):
      alarm(
        "a dispute is in another currency than its recharge, all of which is debited",
        ["recharge_id": "\(id)", "taken": "\(taken)", "debited": "\(debited)"]
      )
    case .unpaidRecharge(let id, let state):
      alarm("a charge is disputed that paid no recharge", ["recharge_id": "\(id)", "state": "\(state.rawValue)"])
    case .refused(let id, let reason):
      alarm("a dispute cannot be recorded", ["recharge_id": "\(id)", "reason": "\(reason)"])
    }
  }
}
