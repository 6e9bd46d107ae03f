import Ledger
import Logging
import PaymentProcessing

/// Takes into the ledger what a bank has made of a recharge. Nobody tells of it but the processor's event, which is not
/// to be let go before it is known whom it is about.
struct DisputeErrand: Sendable {
  let kit: ErrandKit

  /// Returns nil where it is about no recharge of ours.
  ///
  /// - Throws: `ProcessorFailure.outcomeUnknown` where it has to be told again, later.
  func take(_ told: DisputeResult) async throws -> Dispute? {
    guard let recharge = try await recharge(ofCharge: told.chargeID) else { return nil }
    var amount = told.amount
    if amount.currency == recharge.amount.currency, amount.micros > recharge.amount.micros {
      // Exchange rates and fees are between us and the processor: the wallet gives back what it got.
      kit.logger.critical(
        "a bank takes back more than a recharge has brought",
        metadata: ["recharge_id": "\(recharge.id)", "taken": "\(amount)", "recharge": "\(recharge.amount)"]
      )
      amount = recharge.amount
    }
    let mutation = RecordDispute(told.id, recharge.id, amount, told.state)
    let request = kit.request(mutation, of: "\(told.id) \(told.state.rawValue.lowercased())")
    switch try await kit.outcome(of: request, on: "dispute \(told.id)").result {
    case .success(let reply): return reply.dispute
    case .failure(let refusal):
      kit.logger.critical(
        "a dispute cannot be recorded",
        metadata: ["recharge_id": "\(recharge.id)", "reason": "\(refusal.sentence)"]
      )
      throw refusal
    }
  }

  /// The paid recharge. A dispute may be told of before the ledger knows that the charge was paid.
  private func recharge(ofCharge chargeID: String) async throws -> Recharge? {
    if let known = try await known(chargeID) { return known }
    // Before the processor is asked: what ends meanwhile still counts.
    let mayBeOurs = try await hasRechargeWithoutCharge()
    guard let charge = try await kit.processor.findCharge(id: chargeID) else {
      // That nothing is found proves nothing, as long as there was a recharge whose charge it might be.
      if mayBeOurs { throw ProcessorFailure.outcomeUnknown("the processor does not find the disputed charge") }
      return try await known(chargeID)
    }
    let recharge = try await RechargeErrand(kit: kit).take(charge)?.recharge
    guard let recharge, recharge.state != .paid else { return recharge }
    guard recharge.state.isTerminal else {
      throw ProcessorFailure.outcomeUnknown("the disputed charge is not known as paid yet")
    }
    kit.logger.critical(
      "a charge is disputed that paid no recharge",
      metadata: ["recharge_id": "\(recharge.id)", "state": "\(recharge.state.rawValue)"]
    )
    return nil
  }

  /// Whether there is a recharge of which it is not known yet by which charge it is paid.
  private func hasRechargeWithoutCharge() async throws -> Bool {
    guard let open = try await kit.outcome(of: ListOpenMatters(), on: "a dispute").reply else { return true }
    return open.recharges.contains { $0.processorChargeID == nil }
  }

  private func known(_ chargeID: String) async throws -> Recharge? {
    let found = try await kit.outcome(of: FindRechargeOfCharge(chargeID), on: "a disputed charge").reply
    guard let recharge = found??.recharge, recharge.state == .paid else { return nil }
    return recharge
  }
}
