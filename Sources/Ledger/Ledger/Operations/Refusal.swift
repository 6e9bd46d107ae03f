/// Why a command has no effect. Each case is a reason that callers can program against.
package enum Refusal: Error, Hashable, Sendable {
  case fieldInvalid(field: String, description: String)
  case amountOutOfRange(field: String, rule: String)
  case currencyMismatch(given: Currency, expected: Currency)
  case currencyUnsupported(Currency)
  case cardNumberRefused(field: String)
  case idempotencyKeyRequired
  case walletNotFound(WalletID)
  case rechargeNotFound(RechargeID)
  case paymentMethodNotFound(WalletID)
  case holdNotFound(HoldID)
  case entryNotFound(EntryID)
  case walletExists(WalletID)
  case insufficientCredits(available: Money, required: Money)
  case walletFrozen(WalletID)
  case walletNotFrozen(WalletID)
  case walletClosed(WalletID)
  /// It cannot be closed yet. `openHolds` counts holds, also those with nothing left in them.
  case walletNotEmpty(WalletID, posted: Money, held: Money, openHolds: Int64, openRecharge: RechargeID?)
  case holdResolved(HoldID, HoldState)
  /// A capture would leave more uncovered than one hold may.
  case shortfallLimit(HoldID, capturable: Money)
  case entryNotRefundable(EntryID, RecordKind)
  case refundExceedsCharge(EntryID, refundable: Money)
  case rechargeRefundNotFound(RechargeRefundID)
  case paymentMethodRequired(WalletID)
  /// The wallet has as many cards as it may have.
  case paymentMethodLimit(WalletID)
  /// Nothing was paid that could be given back.
  case rechargeNotRefundable(RechargeID, RechargeState)
  case refundExceedsRecharge(RechargeID, refundable: Money)
  /// The recharge has as many refunds as it may have.
  case rechargeRefundLimit(RechargeID)
  /// There is nothing for a person to settle.
  case notInReview(id: String, state: String)
  /// The processor's charge pays for another recharge.
  case processorChargeTaken(chargeID: String, RechargeID)
  /// The processor's refund is another one of the same recharge.
  case processorRefundTaken(refundID: String, RechargeRefundID)
  case autoRechargeDisabled(WalletID)
  /// The processor will not have the card that was to be saved.
  case paymentDeclined(WalletID, code: String)
  case idempotencyKeyReused
  case rechargeInProgress(RechargeID)
  /// Refunds of the wallet's recharges are under way.
  case refundInProgress(WalletID)
  /// A bank has not decided about a recharge of the wallet.
  case disputeOpen(WalletID)
  /// A second, different final word on one refund. Only the worker can meet it.
  case refundAlreadySettled(RechargeRefundID, RechargeRefundState)
  /// News of a dispute that do not fit its recharge.
  case disputeImplausible(DisputeID, RechargeID)
  /// A second, different final word on one recharge. Only the worker can meet it.
  case rechargeAlreadySettled(RechargeID, RechargeState)

  /// The reason as it goes over the wire.
  package var reason: String {
    switch self {
    case .fieldInvalid: "FIELD_INVALID"
    case .amountOutOfRange: "AMOUNT_OUT_OF_RANGE"
    case .currencyMismatch, .currencyUnsupported: "CURRENCY_MISMATCH"
    case .cardNumberRefused: "CARD_NUMBER_REFUSED"
    case .idempotencyKeyRequired: "IDEMPOTENCY_KEY_REQUIRED"
    case .walletNotFound: "WALLET_NOT_FOUND"
    case .rechargeNotFound: "RECHARGE_NOT_FOUND"
    case .paymentMethodNotFound: "PAYMENT_METHOD_NOT_FOUND"
    case .holdNotFound: "HOLD_NOT_FOUND"
    case .entryNotFound: "ENTRY_NOT_FOUND"
    case .walletExists: "WALLET_EXISTS"
    case .insufficientCredits: "INSUFFICIENT_CREDITS"
    case .walletFrozen: "WALLET_FROZEN"
    case .walletNotFrozen: "WALLET_NOT_FROZEN"
    case .walletClosed: "WALLET_CLOSED"
    case .walletNotEmpty: "WALLET_NOT_EMPTY"
    case .holdResolved: "HOLD_RESOLVED"
    case .shortfallLimit: "SHORTFALL_LIMIT"
    case .entryNotRefundable: "ENTRY_NOT_REFUNDABLE"
    case .refundExceedsCharge: "REFUND_EXCEEDS_CHARGE"
    case .rechargeRefundNotFound: "REFUND_NOT_FOUND"
    case .paymentMethodRequired: "PAYMENT_METHOD_REQUIRED"
    case .paymentMethodLimit: "PAYMENT_METHOD_LIMIT"
    case .rechargeNotRefundable: "RECHARGE_NOT_REFUNDABLE"
    case .refundExceedsRecharge: "REFUND_EXCEEDS_RECHARGE"
    case .rechargeRefundLimit: "REFUND_LIMIT"
    case .notInReview: "NOT_IN_REVIEW"
    case .processorChargeTaken: "PROCESSOR_CHARGE_TAKEN"
    case .processorRefundTaken: "PROCESSOR_REFUND_TAKEN"
    case .autoRechargeDisabled: "AUTO_RECHARGE_DISABLED"
    case .paymentDeclined: "PAYMENT_DECLINED"
    case .idempotencyKeyReused: "IDEMPOTENCY_KEY_REUSED"
    case .rechargeInProgress: "RECHARGE_IN_PROGRESS"
    case .refundInProgress: "REFUND_IN_PROGRESS"
    case .disputeOpen: "DISPUTE_OPEN"
    case .refundAlreadySettled: "REFUND_ALREADY_SETTLED"
    case .disputeImplausible: "DISPUTE_IMPLAUSIBLE"
    case .rechargeAlreadySettled: "RECHARGE_ALREADY_SETTLED"
    }
  }

  /// Whether the refusal is final for its key, so that a new attempt takes a new key.
  ///
  /// What the caller can mend in the request itself, or what passes by itself, is not remembered.
  package var isRemembered: Bool {
    switch self {
    case .walletExists, .insufficientCredits, .walletFrozen, .walletNotFrozen, .walletClosed, .walletNotEmpty,
      .holdResolved, .shortfallLimit, .entryNotRefundable, .refundExceedsCharge, .paymentMethodRequired,
      .paymentMethodLimit, .rechargeNotRefundable, .refundExceedsRecharge, .rechargeRefundLimit, .notInReview,
      .processorChargeTaken, .processorRefundTaken, .autoRechargeDisabled, .paymentDeclined:
      true
    case .fieldInvalid, .amountOutOfRange, .currencyMismatch, .currencyUnsupported, .cardNumberRefused,
      .idempotencyKeyRequired, .walletNotFound, .rechargeNotFound, .paymentMethodNotFound, .holdNotFound,
      .entryNotFound, .rechargeRefundNotFound, .idempotencyKeyReused, .rechargeInProgress, .refundInProgress,
      .disputeOpen, .refundAlreadySettled, .disputeImplausible, .rechargeAlreadySettled:
      false
    }
  }

  /// The request's field to blame, where it is one.
  package var field: String? {
    switch self {
    case .fieldInvalid(let field, _), .amountOutOfRange(let field, _), .cardNumberRefused(let field): field
    case .currencyMismatch, .currencyUnsupported: "amount.currency_code"
    case .idempotencyKeyRequired: "idempotency_key"
    default: nil
    }
  }

  /// Facts for programs, by the names of the contract. Amounts are decimal micros.
  package var metadata: [String: String] {
    switch self {
    case .insufficientCredits(let available, let required):
      [
        "available": String(available.micros), "required": String(required.micros),
        "shortfall": String(Refusal.shortfall(available: available, required: required).micros),
        "currency_code": required.currency.code,
      ]
    case .currencyMismatch(let given, let expected): ["given": given.code, "expected": expected.code]
    case .currencyUnsupported(let given): ["given": given.code]
    case .walletNotFound(let id), .walletExists(let id), .walletFrozen(let id), .walletNotFrozen(let id),
      .walletClosed(let id), .paymentMethodRequired(let id), .paymentMethodNotFound(let id),
      .paymentMethodLimit(let id), .refundInProgress(let id), .disputeOpen(let id),
      .autoRechargeDisabled(let id):
      ["wallet_id": id.value]
    case .walletNotEmpty(let id, let posted, let held, let openHolds, let openRecharge):
      [
        "wallet_id": id.value, "posted": String(posted.micros), "held": String(held.micros),
        "currency_code": posted.currency.code, "open_holds": String(openHolds),
        "open_recharge": openRecharge?.value ?? "",
      ]
    case .holdNotFound(let id): ["hold_id": "\(id)"]
    case .holdResolved(let id, let state): ["hold_id": "\(id)", "state": state.rawValue]
    case .shortfallLimit(let id, let capturable):
      ["hold_id": "\(id)", "capturable": String(capturable.micros), "currency_code": capturable.currency.code]
    case .entryNotFound(let id): ["entry_id": "\(id)"]
    case .entryNotRefundable(let id, let kind): ["entry_id": "\(id)", "kind": kind.rawValue]
    case .refundExceedsCharge(let id, let refundable):
      ["entry_id": "\(id)", "refundable": String(refundable.micros), "currency_code": refundable.currency.code]
    case .rechargeNotFound(let id), .rechargeInProgress(let id), .rechargeRefundLimit(let id):
      ["recharge_id": id.value]
    case .rechargeRefundNotFound(let id): ["refund_id": id.value]
    case .rechargeNotRefundable(let id, let state): ["recharge_id": id.value, "state": state.rawValue]
    case .refundExceedsRecharge(let id, let refundable):
      [
        "recharge_id": id.value, "refundable": String(refundable.micros),
        "currency_code": refundable.currency.code,
      ]
    case .notInReview(_, let state): ["state": state]
    case .processorChargeTaken(_, let owner): ["recharge_id": owner.value]
    case .processorRefundTaken(_, let owner): ["refund_id": owner.value]
    case .refundAlreadySettled(let id, let state): ["refund_id": id.value, "state": state.rawValue]
    case .disputeImplausible(_, let id): ["recharge_id": id.value]
    case .rechargeAlreadySettled(let id, let state): ["recharge_id": id.value, "state": state.rawValue]
    case .paymentDeclined(let id, let code): ["wallet_id": id.value, "decline_code": code]
    case .fieldInvalid, .amountOutOfRange, .cardNumberRefused, .idempotencyKeyRequired, .idempotencyKeyReused: [:]
    }
  }

  /// What is missing, never more than money can say.
  static func shortfall(available: Money, required: Money) -> Money {
    (try? required.subtracting(available)) ?? Money(micros: .max, currency: required.currency)
  }
}
