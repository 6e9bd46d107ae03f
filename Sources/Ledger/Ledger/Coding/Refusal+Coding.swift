extension CanonicalWriter {
  /// Remembered refusals only.
  package mutating func write(_ refusal: Refusal) {
    write(refusal.reason)
    switch refusal {
    case .walletExists(let id), .walletFrozen(let id), .walletNotFrozen(let id), .walletClosed(let id),
      .paymentMethodRequired(let id), .paymentMethodLimit(let id), .autoRechargeDisabled(let id):
      write(id.value)
    case .insufficientCredits(let available, let required):
      write(available)
      write(required)
    case .walletNotEmpty(let id, let posted, let held, let openHolds, let openRecharge):
      write(id.value)
      write(posted)
      write(held)
      write(openHolds)
      write(openRecharge?.value)
    case .holdResolved(let id, let state):
      write(id)
      write(state.rawValue)
    case .shortfallLimit(let id, let capturable):
      write(id)
      write(capturable)
    case .entryNotRefundable(let id, let kind):
      write(id)
      write(kind.rawValue)
    case .refundExceedsCharge(let id, let refundable):
      write(id)
      write(refundable)
    case .rechargeNotRefundable(let id, let state):
      write(id.value)
      write(state.rawValue)
    case .refundExceedsRecharge(let id, let refundable):
      write(id.value)
      write(refundable)
    case .rechargeRefundLimit(let id): write(id.value)
    case .notInReview(let id, let state):
      write(id)
      write(state)
    case .processorChargeTaken(let chargeID, let owner):
      write(chargeID)
      write(owner.value)
    case .processorRefundTaken(let refundID, let owner):
      write(refundID)
      write(owner.value)
    case .paymentDeclined(let id, let code):
      write(id.value)
      write(code)
    case .fieldInvalid, .amountOutOfRange, .currencyMismatch, .currencyUnsupported, .cardNumberRefused,
      .idempotencyKeyRequired, .walletNotFound, .rechargeNotFound, .paymentMethodNotFound, .holdNotFound,
      .entryNotFound, .rechargeRefundNotFound, .idempotencyKeyReused, .rechargeInProgress, .refundInProgress,
      .disputeOpen, .refundAlreadySettled, .disputeImplausible, .rechargeAlreadySettled:
      preconditionFailure("\(refusal.reason) is not remembered")
    }
  }
}

extension CanonicalReader {
  package mutating func readRefusal() throws(Malformed) -> Refusal {
    switch try readString() {
    case "WALLET_EXISTS": return .walletExists(WalletID(try readString()))
    case "WALLET_FROZEN": return .walletFrozen(WalletID(try readString()))
    case "WALLET_NOT_FROZEN": return .walletNotFrozen(WalletID(try readString()))
    case "WALLET_CLOSED": return .walletClosed(WalletID(try readString()))
    case "WALLET_NOT_EMPTY":
      return .walletNotEmpty(
        WalletID(try readString()),
        posted: try readMoney(),
        held: try readMoney(),
        openHolds: try readInt64(),
        openRecharge: try readOptionalString().map { RechargeID($0) }
      )
    case "HOLD_RESOLVED": return .holdResolved(try readHoldID(), try read(HoldState.self))
    case "SHORTFALL_LIMIT": return .shortfallLimit(try readHoldID(), capturable: try readMoney())
    case "ENTRY_NOT_REFUNDABLE": return .entryNotRefundable(try readEntryID(), try read(RecordKind.self))
    case "REFUND_EXCEEDS_CHARGE": return .refundExceedsCharge(try readEntryID(), refundable: try readMoney())
    case "PAYMENT_METHOD_REQUIRED": return .paymentMethodRequired(WalletID(try readString()))
    case "PAYMENT_METHOD_LIMIT": return .paymentMethodLimit(WalletID(try readString()))
    case "RECHARGE_NOT_REFUNDABLE":
      return .rechargeNotRefundable(RechargeID(try readString()), try read(RechargeState.self))
    case "REFUND_EXCEEDS_RECHARGE":
      return .refundExceedsRecharge(RechargeID(try readString()), refundable: try readMoney())
    case "REFUND_LIMIT": return .rechargeRefundLimit(RechargeID(try readString()))
    case "NOT_IN_REVIEW": return .notInReview(id: try readString(), state: try readString())
    case "PROCESSOR_CHARGE_TAKEN":
      return .processorChargeTaken(chargeID: try readString(), RechargeID(try readString()))
    case "PROCESSOR_REFUND_TAKEN":
      return .processorRefundTaken(refundID: try readString(), RechargeRefundID(try readString()))
    case "AUTO_RECHARGE_DISABLED": return .autoRechargeDisabled(WalletID(try readString()))
    case "INSUFFICIENT_CREDITS":
      return .insufficientCredits(available: try readMoney(), required: try readMoney())
    case "PAYMENT_DECLINED": return .paymentDeclined(WalletID(try readString()), code: try readString())
    default: throw malformed
    }
  }
}
