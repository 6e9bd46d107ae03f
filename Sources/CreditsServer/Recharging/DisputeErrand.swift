import Ledger
import Logging
import PaymentProcessing

/// Takes into the ledger what a bank has made of a recharge.
struct DisputeErrand: Sendable {
  let kit: ErrandKit
  let recharges: RechargeErrand

  /// Returns nil where it is about no recharge of ours.
  func take(_ told: ProcessorDispute) async throws -> Dispute? {
    guard let id = try await rechargeID(ofCharge: told.chargeID) else { return nil }
    let disputeID = DisputeID(told.id)
    let mutation = Mutation.recordDispute(disputeID, id, told.amount, DisputeState(told.state))
    let command = kit.commit(mutation, .recordDispute, of: "\(told.id) \(told.state.rawValue)")
    switch try await kit.answer(to: command, on: "dispute \(told.id)") {
    case .reply(.dispute(let reply)): return reply.dispute
    case .refusal(let refusal):
      kit.logger.critical("a dispute cannot be recorded", metadata: ["reason": "\(refusal.sentence)"])
      throw refusal
    case .reply: return nil
    }
  }

  /// A dispute may be told of before it is told that the charge was paid.
  private func rechargeID(ofCharge chargeID: String) async throws -> RechargeID? {
    if let id = try await known(chargeID) { return id }
    guard let charge = try await kit.processor.findCharge(id: chargeID),
      try await recharges.lookUp(charge.rechargeID) != nil
    else { return nil }
    return try await known(chargeID)
  }

  private func known(_ chargeID: String) async throws -> RechargeID? {
    let answer = try await kit.answer(to: .ask(.rechargeOfCharge(chargeID)), on: "a disputed charge")
    guard case .reply(.recharge(let reply)) = answer, reply.recharge.state == .paid else { return nil }
    return reply.recharge.id
  }
}

extension DisputeState {
  init(_ state: ProcessorDispute.State) {
    self =
      switch state {
      case .opened: .opened
      case .won: .won
      case .lost: .lost
      }
  }
}
