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
  case walletExists(WalletID)
  case insufficientCredits(available: Money, required: Money)
  case walletFrozen(WalletID)
  case walletClosed(WalletID)
  case paymentMethodRequired(WalletID)
  /// The processor will not have the card that was to be saved.
  case paymentDeclined(WalletID, code: String)
  case idempotencyKeyReused
  case rechargeInProgress(RechargeID)
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
    case .walletExists: "WALLET_EXISTS"
    case .insufficientCredits: "INSUFFICIENT_CREDITS"
    case .walletFrozen: "WALLET_FROZEN"
    case .walletClosed: "WALLET_CLOSED"
    case .paymentMethodRequired: "PAYMENT_METHOD_REQUIRED"
    case .paymentDeclined: "PAYMENT_DECLINED"
    case .idempotencyKeyReused: "IDEMPOTENCY_KEY_REUSED"
    case .rechargeInProgress: "RECHARGE_IN_PROGRESS"
    case .rechargeAlreadySettled: "RECHARGE_ALREADY_SETTLED"
    }
  }

  /// Whether the refusal is final for its key, so that a new attempt takes a new key.
  ///
  /// What the caller can mend in the request itself, or what passes by itself, is not remembered.
  package var isRemembered: Bool {
    switch self {
    case .walletExists, .insufficientCredits, .walletFrozen, .walletClosed, .paymentMethodRequired, .paymentDeclined:
      true
    case .fieldInvalid, .amountOutOfRange, .currencyMismatch, .currencyUnsupported, .cardNumberRefused,
      .idempotencyKeyRequired, .walletNotFound, .rechargeNotFound, .paymentMethodNotFound, .idempotencyKeyReused,
      .rechargeInProgress, .rechargeAlreadySettled:
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
    case .walletNotFound(let id), .walletExists(let id), .walletFrozen(let id), .walletClosed(let id),
      .paymentMethodRequired(let id), .paymentMethodNotFound(let id):
      ["wallet_id": id.value]
    case .rechargeNotFound(let id), .rechargeInProgress(let id): ["recharge_id": id.value]
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
