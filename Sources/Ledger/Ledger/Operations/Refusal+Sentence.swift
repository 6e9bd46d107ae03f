extension Refusal {
  /// For people: what is wrong, and what to do next.
  package var sentence: String {
    switch self {
    case .fieldInvalid(let field, let description): "\(field) \(description)"
    case .amountOutOfRange(let field, let rule): "\(field) \(rule)"
    case .currencyMismatch(let given, let expected): "amount is in \(given): send it in \(expected)"
    case .currencyUnsupported(let given): "no limits are configured for \(given): use USD"
    case .cardNumberRefused(let field):
      "\(field) holds a card number: send the processor's token for the card, never the number"
    case .idempotencyKeyRequired: "idempotency_key is empty: send one key of 1 to 255 bytes for each intended effect"
    case .walletNotFound(let id): "no wallet \(id): create it first"
    case .rechargeNotFound(let id): "no recharge \(id): use the recharge_id of a Recharge or ChangeCardAndPay reply"
    case .paymentMethodNotFound(let id):
      "no such payment method on wallet \(id): save one with SavePaymentMethod or send a token with Recharge"
    case .holdNotFound(let id): "no hold \(id): use the hold_id of a PlaceHold reply"
    case .entryNotFound(let id): "no entry \(id): use the entry_id of a Charge or CaptureHold reply, or of ListEntries"
    case .walletExists(let id): "wallet \(id) exists already: use it, or choose another wallet_id with a new key"
    case .insufficientCredits(let available, let required):
      "available \(available), this call needs \(required): recharge at least "
        + "\(Refusal.shortfall(available: available, required: required))"
    case .walletFrozen(let id): "wallet \(id) is frozen: have an administrator unfreeze it, then use a new key"
    case .walletNotFrozen(let id): "wallet \(id) is not frozen: there is nothing to do"
    case .walletClosed(let id): "wallet \(id) is closed: use another wallet"
    case .walletNotEmpty(let id, let posted, _, let openHolds, let openRecharge):
      "wallet \(id) cannot be closed yet: \(Refusal.stepsToEmpty(posted, openHolds, openRecharge)), then use a new key"
    case .holdResolved(let id, .expired):
      "hold \(id) has expired and returned its credits: capture usage that was had, or place a new hold"
    case .holdResolved(let id, let state):
      "hold \(id) is already \(state.rawValue): charge further usage with Charge, or place a new hold"
    case .shortfallLimit(let id, let capturable):
      "no more than \(capturable) can be captured from hold \(id): capture that, or recharge first, with a new key"
    case .entryNotRefundable(let id, let kind):
      "entry \(id) is a \(kind.rawValue): only a CHARGE or a CAPTURE can be refunded"
    case .refundExceedsCharge(let id, let refundable):
      refundable.micros == 0
        ? "all of entry \(id) has been refunded: there is nothing left to refund"
        : "no more than \(refundable) of entry \(id) is left to refund: refund that or less, with a new key"
    case .rechargeRefundNotFound(let id): "no refund \(id): use the refund_id of a RefundRecharge reply"
    case .paymentMethodLimit(let id):
      "wallet \(id) has \(PaymentMethod.mostPerWallet) cards: remove one first, then use a new key"
    case .rechargeNotRefundable(let id, let state):
      "recharge \(id) is \(state.rawValue): only a PAID one can be refunded"
    case .refundExceedsRecharge(let id, let refundable):
      refundable.micros == 0
        ? "all of recharge \(id) has been given back or is on its way: there is nothing left to refund"
        : "no more than \(refundable) of recharge \(id) is left to refund: refund that or less, with a new key"
    case .rechargeRefundLimit(let id):
      "recharge \(id) has been refunded \(RechargeRefund.mostPerRecharge) times: no more refunds of it are taken"
    case .notInReview(let id, let state): "\(id) is \(state), not NEEDS_REVIEW: there is nothing to settle by hand"
    case .processorChargeTaken(let chargeID, let owner):
      "processor charge \(chargeID) pays for recharge \(owner): name the charge of this one, with a new key"
    case .paymentMethodRequired(let id):
      "wallet \(id) has no card: send a payment_method_token with a new key, or save a card first"
    case .autoRechargeDisabled(let id):
      "automatic recharges of wallet \(id) are off: turn them on with SetAutoRecharge, with a new key"
    case .paymentDeclined(_, let code):
      "the card was declined (\(code)) and is not saved: use another card, with a new key"
    case .idempotencyKeyReused:
      "idempotency_key was used for a different request: repeat that request unchanged, or take a new key for this one"
    case .rechargeInProgress(let id): "recharge \(id) is in progress on this wallet: wait until it is final, then retry"
    case .refundInProgress(let id):
      "refunds of wallet \(id) are in progress: wait until GetRecharge shows their outcome, then retry"
    case .disputeOpen(let id):
      "a recharge of wallet \(id) is disputed: wait until the cardholder's bank has decided, then retry"
    case .processorRefundTaken(let refundID, let owner):
      "processor refund \(refundID) is refund \(owner): name the one of this, with a new key"
    case .refundAlreadySettled(let id, let state): "refund \(id) is already \(state.rawValue)"
    case .disputeImplausible(let id, let recharge):
      "dispute \(id) names more than recharge \(recharge) has brought, or another currency"
    case .rechargeAlreadySettled(let id, let state): "recharge \(id) is already \(state.rawValue)"
    }
  }

  private static func stepsToEmpty(_ posted: Money, _ openHolds: Int64, _ openRecharge: RechargeID?) -> String {
    var steps: [String] = []
    if let openRecharge { steps.append("wait until recharge \(openRecharge) is final") }
    if openHolds > 0 { steps.append("capture or release its open holds (\(openHolds))") }
    if posted.micros > 0 { steps.append("spend or refund the \(posted) in it") }
    if posted.micros < 0 { steps.append("settle the \(posted) in it") }
    return steps.joined(separator: ", ")
  }
}
