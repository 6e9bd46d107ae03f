/// Commits the outcome that a person has determined for a recharge that needs review.
package struct SettleRechargeReview: Mutation {
  package static let method = Method.settleReview

  package var rechargeID: RechargeID
  package var settlement: Settlement
  /// The person's evidence.
  package var memo: String

  package init(_ rechargeID: RechargeID, _ settlement: Settlement, memo: String) {
    self.rechargeID = rechargeID
    self.settlement = settlement
    self.memo = memo
  }

  package func addNeeds(to needs: inout Needs) {
    needs.recharges.insert(rechargeID)
    if let id = settlement.processorChargeID { needs.processorChargeIDs.insert(id) }
  }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> RechargeReply {
    let recharge = try state.recharge(rechargeID).recharge
    try TextScreen.check(memo, field: "memo")
    guard recharge.state == .needsReview else {
      throw .notInReview(state: recharge.state.rawValue)
    }
    if let chargeID = settlement.processorChargeID, let owner = state.processorCharges[chargeID], owner != rechargeID {
      throw .processorChargeTaken(by: owner)
    }
    if settlement.state == .paid {
      var wallet = try state.account(recharge.walletID).wallet
      try wallet.post(recharge.amount.micros)
    }
    // The outcome is not checked for plausibility: a person has more evidence than the ledger.
    return try state.settle(rechargeID, settlement, memo: memo, as: context)
  }
}

extension Refusal {
  /// - Parameter state: The state of the recharge or refund.
  package static func notInReview(state: String) -> Refusal { Refusal(final: .notInReview, [.state: state]) }

  static func notInReviewSentence(_ facts: Facts) -> String {
    "what was named is \(facts.text(.state)), not NEEDS_REVIEW: there is nothing to settle by hand"
  }

  /// - Parameter owner: The recharge that the processor's charge pays for.
  package static func processorChargeTaken(by owner: RechargeID) -> Refusal {
    Refusal(final: .processorChargeTaken, [.rechargeID: owner.value])
  }

  static func processorChargeTakenSentence(_ facts: Facts) -> String {
    "the processor's charge pays for recharge \(facts.text(.rechargeID)): name the charge of this one, with a new key"
  }
}
