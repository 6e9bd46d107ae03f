public import UnixGRPC

/// Why a call had no effect, or why its effect is not known.
public enum CreditsError: Error, Sendable, Hashable {
  /// The wallet has less than the call needs: recharge at least the difference. A new attempt takes a new key.
  case insufficientCredits(available: Money, required: Money)
  case walletNotFound
  case walletExists
  /// Nothing may be spent until the wallet is unfrozen.
  case walletFrozen
  case walletNotFrozen
  case walletClosed
  /// Something is in the way of closing it; the sentence says what.
  case walletNotEmpty(String)
  case holdNotFound
  /// The hold was captured, released or has expired; the sentence says which.
  case holdResolved(String)
  /// No more than this can be captured of the hold.
  case shortfallLimit(capturable: Money)
  case entryNotFound
  /// Only charges and captures can be refunded.
  case entryNotRefundable
  /// No more than this can be given back.
  case refundExceedsCharge(refundable: Money)
  /// A watch cannot begin there: begin with the wallet as it is, which is at `sequence` now.
  case snapshotRequired(sequence: Int64)
  /// The ledger is not the one that gave the cursor, or was restored from a backup made before it.
  case cursorUnknown
  /// The ledger's disk is full: nothing was changed.
  case diskFull(String)
  case rechargeNotFound
  case refundNotFound
  case paymentMethodNotFound
  /// The wallet has as many cards as it may have: remove one.
  case paymentMethodLimit
  /// Only a recharge that was paid can be refunded.
  case rechargeNotRefundable
  /// No more than this can be given back.
  case refundExceedsRecharge(refundable: Money)
  /// The recharge was refunded as often as it may be.
  case refundLimit
  /// Refunds of the wallet's recharges are under way: wait for them.
  case refundInProgress
  /// A cardholder's bank has not decided about a recharge of the wallet.
  case disputeOpen
  /// The processor tells of a dispute that does not fit the recharge.
  case disputeImplausible(String)
  /// The processor's refund is another one.
  case processorRefundTaken(refundID: String)
  /// There is nothing to settle by hand; the sentence says why.
  case notInReview(String)
  /// The processor's charge pays for another recharge.
  case processorChargeTaken(rechargeID: String)
  /// No card is saved: recharge with payment details.
  case paymentMethodRequired
  /// Automatic recharges are turned off.
  case autoRechargeDisabled
  /// The processor refused the card; the code is the processor's.
  case paymentDeclined(code: String)
  /// One recharge at a time: wait for this one.
  case rechargeInProgress(rechargeID: String)
  /// Outside the limits; the sentence names them.
  case amountOutOfRange(String)
  case currencyMismatch(String)
  /// A field holds a card number, which must never get here: send the processor's token.
  case cardNumberRefused(String)
  /// A field of the request is wrong; the sentence says which and how.
  case fieldInvalid(String)
  /// The key has been used for another request: nothing was done.
  case idempotencyKeyReused
  /// This process's user may not do this.
  case permissionDenied(String)
  /// The server is not there or cannot work now. Repeating the call with the same key is safe.
  case unavailable(String)
  /// The answer did not come in time. The call may have had its effect: repeat it with the same key to know.
  case deadlineExceeded
  /// The task was cancelled. The call may have had its effect.
  case cancelled
  /// Anything else, as gRPC told it.
  case other(GRPCStatus)
}

extension CreditsError {
  /// The `google.rpc.ErrorInfo` domain of the server's reasons.
  private static let domain = "credits.v1"

  init(_ error: any Error) {
    if let error = error as? CreditsError {
      self = error
    } else if let status = error as? GRPCStatus {
      self.init(status)
    } else if error is CancellationError {
      self = .cancelled
    } else {
      self = .other(GRPCStatus(code: .unknown, message: "\(error)"))
    }
  }

  init(_ status: GRPCStatus) {
    for case .errorInfo(let info) in status.details where info.domain == Self.domain {
      if let known = Self.known(info, status.message) {
        self = known
        return
      }
    }
    switch status.code {
    case .unavailable: self = .unavailable(status.message)
    case .deadlineExceeded: self = .deadlineExceeded
    case .cancelled: self = .cancelled
    case .permissionDenied: self = .permissionDenied(status.message)
    default: self = .other(status)
    }
  }

  private static func known(_ info: ErrorInfo, _ message: String) -> CreditsError? {
    switch info.reason {
    case "INSUFFICIENT_CREDITS":
      guard let available = Money(info, "available"), let required = Money(info, "required") else { return nil }
      return .insufficientCredits(available: available, required: required)
    case "WALLET_NOT_FOUND": return .walletNotFound
    case "WALLET_EXISTS": return .walletExists
    case "WALLET_FROZEN": return .walletFrozen
    case "WALLET_NOT_FROZEN": return .walletNotFrozen
    case "WALLET_CLOSED": return .walletClosed
    case "WALLET_NOT_EMPTY": return .walletNotEmpty(message)
    case "HOLD_NOT_FOUND": return .holdNotFound
    case "HOLD_RESOLVED": return .holdResolved(message)
    case "SHORTFALL_LIMIT": return Money(info, "capturable").map { .shortfallLimit(capturable: $0) }
    case "ENTRY_NOT_FOUND": return .entryNotFound
    case "ENTRY_NOT_REFUNDABLE": return .entryNotRefundable
    case "REFUND_EXCEEDS_CHARGE": return Money(info, "refundable").map { .refundExceedsCharge(refundable: $0) }
    case "SNAPSHOT_REQUIRED":
      return info.metadata["sequence"].flatMap { Int64($0) }.map { .snapshotRequired(sequence: $0) }
    case "CURSOR_UNKNOWN": return .cursorUnknown
    case "DISK_FULL": return .diskFull(message)
    case "RECHARGE_NOT_FOUND": return .rechargeNotFound
    case "PAYMENT_METHOD_NOT_FOUND": return .paymentMethodNotFound
    case "REFUND_NOT_FOUND": return .refundNotFound
    case "PAYMENT_METHOD_LIMIT": return .paymentMethodLimit
    case "RECHARGE_NOT_REFUNDABLE": return .rechargeNotRefundable
    case "REFUND_EXCEEDS_RECHARGE": return Money(info, "refundable").map { .refundExceedsRecharge(refundable: $0) }
    case "REFUND_LIMIT": return .refundLimit
    case "REFUND_IN_PROGRESS": return .refundInProgress
    case "NOT_IN_REVIEW": return .notInReview(message)
    case "PROCESSOR_REFUND_TAKEN": return .processorRefundTaken(refundID: info.metadata["refund_id"] ?? "")
    case "DISPUTE_OPEN": return .disputeOpen
    case "DISPUTE_IMPLAUSIBLE": return .disputeImplausible(message)
    case "PROCESSOR_CHARGE_TAKEN": return .processorChargeTaken(rechargeID: info.metadata["recharge_id"] ?? "")
    case "PAYMENT_METHOD_REQUIRED": return .paymentMethodRequired
    case "AUTO_RECHARGE_DISABLED": return .autoRechargeDisabled
    case "PAYMENT_DECLINED": return .paymentDeclined(code: info.metadata["decline_code"] ?? "")
    case "RECHARGE_IN_PROGRESS": return .rechargeInProgress(rechargeID: info.metadata["recharge_id"] ?? "")
    case "AMOUNT_OUT_OF_RANGE": return .amountOutOfRange(message)
    case "CURRENCY_MISMATCH": return .currencyMismatch(message)
    case "CARD_NUMBER_REFUSED": return .cardNumberRefused(message)
    case "FIELD_INVALID", "IDEMPOTENCY_KEY_REQUIRED": return .fieldInvalid(message)
    case "IDEMPOTENCY_KEY_REUSED": return .idempotencyKeyReused
    case "ROLE_MISSING": return .permissionDenied(message)
    case "LEDGER_UNAVAILABLE", "PROCESSOR_UNAVAILABLE": return .unavailable(message)
    default: return nil
    }
  }
}

extension CreditsError: CustomStringConvertible {
  /// A sentence for a person, with what to do next.
  public var description: String {
    switch self {
    case .insufficientCredits(let available, let required):
      let shortfall = Money.micros(required.micros - available.micros, required.currencyCode)
      return "available \(available.formatted), this call needs \(required.formatted): recharge at least "
        + shortfall.formatted
    case .walletNotFound: return "there is no such wallet: create it first"
    case .walletExists: return "the wallet exists already"
    case .walletFrozen: return "the wallet is frozen: nothing can be spent until it is unfrozen"
    case .walletNotFrozen: return "the wallet is not frozen"
    case .walletClosed: return "the wallet is closed for good"
    case .holdNotFound: return "there is no such hold"
    case .shortfallLimit(let capturable): return "no more than \(capturable.formatted) can be captured of this hold"
    case .entryNotFound: return "there is no such entry"
    case .entryNotRefundable: return "only charges and captures can be refunded"
    case .refundExceedsCharge(let refundable), .refundExceedsRecharge(let refundable):
      return "no more than \(refundable.formatted) can be given back"
    case .snapshotRequired(let sequence):
      return "the watch cannot begin there: begin with the wallet as it is, at sequence \(sequence)"
    case .cursorUnknown: return "the ledger does not know the cursor: begin without one"
    case .rechargeNotFound: return "there is no such recharge"
    case .refundNotFound: return "there is no such refund"
    case .paymentMethodLimit: return "the wallet has as many cards as it may have: remove one first"
    case .rechargeNotRefundable: return "only a recharge that was paid can be refunded"
    case .refundLimit: return "the recharge was refunded as often as it may be"
    case .refundInProgress: return "refunds of the wallet's recharges are under way: wait for them to end"
    case .disputeOpen: return "a recharge of the wallet is disputed: wait for the bank's decision"
    case .processorRefundTaken(let id): return "the processor's refund is refund \(id)"
    case .processorChargeTaken(let id): return "the processor's charge pays for recharge \(id)"
    case .paymentMethodNotFound: return "there is no such payment method"
    case .paymentMethodRequired: return "no card is saved: send payment details with the recharge"
    case .autoRechargeDisabled: return "automatic recharges are turned off: turn them on first"
    case .paymentDeclined(let code): return "the card was declined (\(code)): use another card"
    case .rechargeInProgress(let id): return "recharge \(id) is under way: wait for it to end"
    case .amountOutOfRange(let text), .currencyMismatch(let text), .cardNumberRefused(let text),
      .fieldInvalid(let text), .permissionDenied(let text), .unavailable(let text), .walletNotEmpty(let text),
      .holdResolved(let text), .notInReview(let text), .disputeImplausible(let text), .diskFull(let text):
      return text
    case .idempotencyKeyReused: return "the idempotency key was used for another request: take a new one"
    case .deadlineExceeded: return "no answer came in time: repeat the call with the same idempotency key"
    case .cancelled: return "the call was cancelled"
    case .other(let status): return status.description
    }
  }
}

extension Money {
  fileprivate init?(_ info: ErrorInfo, _ key: String) {
    guard let micros = info.metadata[key].flatMap({ Int64($0) }) else { return nil }
    self = .micros(micros, info.metadata["currency_code"] ?? "USD")
  }
}
