/// Makes the intent of a refund durable before the processor is called.
///
/// The wallet is debited when the processor has made the refund. Its balance may become negative, because the credits
/// may be spent.
package struct RefundRecharge: Mutation {
  package static let method = Method.refundRecharge

  /// Generated for this attempt.
  package var refundID: RechargeRefundID
  package var rechargeID: RechargeID
  /// Above zero, in whole steps of the currency's limits.
  package var amount: Money
  /// The reason of the refund, for people.
  package var memo: String

  package init(_ refundID: RechargeRefundID, _ rechargeID: RechargeID, _ amount: Money, memo: String = "") {
    self.refundID = refundID
    self.rechargeID = rechargeID
    self.amount = amount
    self.memo = memo
  }

  package func addNeeds(to needs: inout Needs) { needs.histories.insert(rechargeID) }

  package func decide(
    in state: inout LedgerState,
    as context: DecisionContext
  ) throws(Refusal) -> RechargeRefundReply {
    let history = try state.history(of: rechargeID)
    let recharge = history.recharge.recharge
    var account = try state.account(recharge.walletID)
    try amount.checkPositive(in: account.wallet.currency)
    try TextScreen.check(memo, field: "memo")
    let limits = try context.rules.limits(of: account.wallet.currency, field: "amount")
    if let objection = limits.objection(toFractionIn: amount.micros, of: amount.currency) {
      throw .amountOutOfRange(field: "amount.micros", rule: objection)
    }
    // Money that came back to a closed wallet can be refunded, and nothing else.
    if amount.micros > account.wallet.available.micros { try account.wallet.checkAllows(.settling) }
    guard recharge.state == .paid, let chargeID = recharge.processorChargeID else {
      throw .rechargeNotRefundable(rechargeID, recharge.state)
    }
    guard amount.micros <= history.refundable.micros else {
      throw .refundExceedsRecharge(rechargeID, refundable: history.refundable)
    }
    guard history.refunds.count < RechargeRefund.mostPerRecharge else { throw .rechargeRefundLimit(rechargeID) }
    precondition(state.refunds[refundID] == nil, "a refund id is drawn once")
    account.openRefunds += 1
    let refund = RechargeRefund(
      id: refundID,
      rechargeID: rechargeID,
      walletID: recharge.walletID,
      caller: context.origin.caller,
      amount: amount,
      processorChargeID: chargeID,
      createTime: context.time,
      updateTime: context.time,
      memo: memo
    )
    return state.record(refund, moving: 0, in: account, as: context)
  }
}

extension Refusal {
  package static func rechargeNotRefundable(_ id: RechargeID, _ state: RechargeState) -> Refusal {
    Refusal(final: .rechargeNotRefundable, [.rechargeID: id.value, .state: state.rawValue])
  }

  static func rechargeNotRefundableSentence(_ facts: Facts) -> String {
    "recharge \(facts.text(.rechargeID)) is \(facts.text(.state)): only a PAID one can be refunded"
  }

  package static func refundExceedsRecharge(_ id: RechargeID, refundable: Money) -> Refusal {
    Refusal(
      final: .refundExceedsRecharge,
      [.rechargeID: id.value, .refundable: refundable.microsText, .currencyCode: refundable.currency.code]
    )
  }

  static func refundExceedsRechargeSentence(_ facts: Facts) -> String {
    let (id, refundable) = (facts.text(.rechargeID), facts.money(.refundable))
    return refundable.micros == 0
      ? "all of recharge \(id) has been given back or is on its way: there is nothing left to refund"
      : "no more than \(refundable) of recharge \(id) is left to refund: refund that or less, with a new key"
  }

  package static func rechargeRefundLimit(_ id: RechargeID) -> Refusal {
    Refusal(final: .refundLimit, [.rechargeID: id.value])
  }

  static func refundLimitSentence(_ facts: Facts) -> String {
    "recharge \(facts.text(.rechargeID)) has been refunded \(RechargeRefund.mostPerRecharge) times: "
      + "no more refunds of it are taken"
  }
}
