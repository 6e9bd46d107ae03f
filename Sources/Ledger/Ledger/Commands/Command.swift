/// One thing to decide: a mutation with its origin, or a question. Boxed, because it goes through a queue.
package indirect enum Command: Hashable, Sendable {
  case mutate(Mutation, Origin)
  case ask(Query)
}

package enum Mutation: Hashable, Sendable {
  case createWallet(WalletID, Currency)
  case charge(WalletID, Money, ChargeReason, reference: String)
  case refundCharge(EntryID, Money)
  case grant(WalletID, Money, memo: String)
  /// `ttl` in seconds. One that waits for a recharge is not refused for good while an automatic recharge is charging.
  case placeHold(WalletID, Money, ChargeReason, reference: String, ttl: Int64, waitsForRecharge: Bool = false)
  /// Sets more aside, keeps the hold for `ttl` seconds from now, or both.
  case extendHold(HoldID, additional: Money?, ttl: Int64?)
  case captureHold(HoldID, Money, isFinal: Bool)
  case releaseHold(HoldID)
  case freeze(WalletID)
  case unfreeze(WalletID)
  case close(WalletID)
  /// Without a candidate the wallet's default card pays.
  case recharge(RechargeID, WalletID, Money, CandidateCard?, AutoRechargeSettings? = nil)
  case savePaymentMethod(WalletID, CandidateCard)
  /// The processor refused the card before it could be saved.
  case refusePaymentMethod(WalletID, declineCode: String)
  case changeCardAndPay(RechargeID, WalletID, Money, CandidateCard)
  case setDefaultPaymentMethod(WalletID, PaymentMethodID)
  case removePaymentMethod(WalletID, PaymentMethodID)
  /// The processor has forgotten a card that was removed.
  case detachPaymentMethod(PaymentMethodID)
  /// The processor has made a recharge's new card ready, and names it so from now on.
  case attachCard(RechargeID, PaymentMethodToken, Card)
  case settleRecharge(RechargeID, Settlement)
  /// A person's word where no machine has one. The memo says how they know.
  case settleReview(RechargeID, Settlement, memo: String)
  case refundRecharge(RechargeRefundID, RechargeID, Money)
  case settleRefund(RechargeRefundID, RefundSettlement)
  case settleRefundReview(RechargeRefundID, RefundSettlement, memo: String)
  /// What a bank has made of a recharge.
  case recordDispute(DisputeID, RechargeID, Money, DisputeState)
  /// The sweeper's own: names wallets with due holds, up to `Needs.largestSweep`, so that their batch expires them.
  case expireDueHolds
  case setAutoRecharge(WalletID, AutoRechargeSettings)
  case resumeAutoRecharge(WalletID)
  /// The sweeper's own: names wallets whose automatic recharges have waited long enough, up to `Needs.largestSweep`.
  case wakeAutoRecharges
}

package enum Query: Hashable, Sendable {
  case wallet(WalletID)
  case hold(HoldID)
  case rechargeOptions(WalletID)
  case recharge(RechargeID)
  /// The recharge to which the processor's charge belongs.
  case rechargeOfCharge(String)
  /// A recharge with its refunds and disputes.
  case rechargeHistory(RechargeID)
  case rechargeRefund(RechargeRefundID)
  case autoRecharge(WalletID)
  /// nil asks for the wallet's default card.
  case paymentMethod(WalletID, PaymentMethodID?)
  /// All saved cards.
  case paymentMethods(WalletID)
  /// A card whatever became of it.
  case anyPaymentMethod(PaymentMethodID)
  /// Whether a card of the wallet is charged by the token.
  case tokenUse(WalletID, PaymentMethodToken)
  /// What stands recorded for this request, if anything: asked before work that a replay must not repeat.
  case recorded(Origin)
  /// Everything that waits for the processor or for a person: what a starting worker resumes.
  case openErrands
}

/// What a charge is for. The raw values stand in the journal.
package enum ChargeReason: String, Hashable, Sendable, CaseIterable {
  case numberPurchase = "NUMBER_PURCHASE"
  case call = "CALL"
  case text = "TEXT"
  case other = "OTHER"
}
