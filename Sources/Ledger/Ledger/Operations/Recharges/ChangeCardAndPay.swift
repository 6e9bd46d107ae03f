/// Starts a recharge with a new card, which replaces the default card once it has paid.
package struct ChangeCardAndPay: Mutation {
  package static let method = Method.changeCardAndPay

  /// Generated for this attempt.
  package var rechargeID: RechargeID
  package var walletID: WalletID
  /// Within the currency's limits.
  package var amount: Money
  package var candidate: CandidateCard
  /// Saved once the recharge is paid.
  package var autoRecharge: AutoRechargeSettings?

  package init(
    _ rechargeID: RechargeID,
    _ walletID: WalletID,
    _ amount: Money,
    _ candidate: CandidateCard,
    _ autoRecharge: AutoRechargeSettings? = nil
  ) {
    self.rechargeID = rechargeID
    self.walletID = walletID
    self.amount = amount
    self.candidate = candidate
    self.autoRecharge = autoRecharge
  }

  package func addNeeds(to needs: inout Needs) {
    needs.walletsWithCards.insert(walletID)
    needs.recharges.insert(rechargeID)
  }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> RechargeReply {
    let intent = RechargeIntent(
      id: rechargeID,
      walletID: walletID,
      amount: amount,
      purpose: .changeCard,
      candidate: candidate,
      autoRecharge: autoRecharge
    )
    return try intent.record(in: &state, as: context)
  }
}
