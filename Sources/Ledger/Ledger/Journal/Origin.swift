/// A mutation, named after its RPC. The journal keeps the raw values forever.
package enum Method: String, Hashable, Sendable, CaseIterable {
  case createWallet = "CreateWallet"
  case charge = "Charge"
  case refundCharge = "RefundCharge"
  case grantCredits = "GrantCredits"
  case adjustBalance = "AdjustBalance"
  case placeHold = "PlaceHold"
  case extendHold = "ExtendHold"
  case captureHold = "CaptureHold"
  case releaseHold = "ReleaseHold"
  case freezeWallet = "FreezeWallet"
  case unfreezeWallet = "UnfreezeWallet"
  case closeWallet = "CloseWallet"
  case recharge = "Recharge"
  case savePaymentMethod = "SavePaymentMethod"
  case changeCardAndPay = "ChangeCardAndPay"
  case setDefaultPaymentMethod = "SetDefaultPaymentMethod"
  case updateBillingDetails = "UpdateBillingDetails"
  case removePaymentMethod = "RemovePaymentMethod"
  case cancelRecharge = "CancelRecharge"
  case refundRecharge = "RefundRecharge"
  case settleReview = "SettleReview"
  case setAutoRecharge = "SetAutoRecharge"
  case resumeAutoRecharge = "ResumeAutoRecharge"
  /// Sent by the recharge worker, without a key: the recharge's state makes it happen once.
  case settleRecharge = "SettleRecharge"
  /// Sent without a key, like `settleRecharge`.
  case settleRefund = "SettleRefund"
  case recordDispute = "RecordDispute"
  case detachPaymentMethod = "DetachPaymentMethod"
  /// Sent for the processor's events.
  case updatePaymentMethod = "UpdatePaymentMethod"
  case invalidatePaymentMethod = "InvalidatePaymentMethod"
  case recordFoundRefund = "RecordFoundRefund"
  /// Sent by the ledger itself.
  case expireHolds = "ExpireHolds"
  case autoRecharge = "AutoRecharge"
}

/// An idempotency key, scoped to its caller.
package struct IdempotencyKey: Hashable, Sendable, CustomStringConvertible {
  private let exactCaller: ExactText
  private let exactKey: ExactText

  package var caller: String { exactCaller.text }
  package var key: String { exactKey.text }

  package static let lengthRange = 1...255

  package init(caller: String, key: String) {
    exactCaller = ExactText(caller)
    exactKey = ExactText(key)
  }

  /// Keys are not logged.
  package var description: String { "<idempotency key of \(caller)>" }
}

/// The caller of a mutation, and what identifies a repetition of its request.
package struct Origin: Hashable, Sendable {
  package var caller: String
  /// nil only if the recharge worker or the ledger itself is the caller.
  package var key: String?
  package var method: Method
  /// SHA-256 of the canonical request.
  package var fingerprint: Digest

  package init(caller: String, key: String?, method: Method, fingerprint: Digest) {
    self.caller = caller
    self.key = key
    self.method = method
    self.fingerprint = fingerprint
  }

  private static let ledgerName = "ledger"
  /// The caller of everything committed for the processor's results.
  package static let rechargeWorkerName = "recharge-worker"
  /// The names of the ledger's own callers, which stand in the journal. No other caller may have one of them.
  package static let reservedCallers: Set<String> = [ledgerName, rechargeWorkerName]

  /// The origin of timer-driven mutations.
  package static let ledger = Origin(caller: ledgerName, key: nil, method: .expireHolds, fingerprint: .zero)

  /// The origin of automatic recharges.
  package static let autoRecharge = Origin(caller: ledgerName, key: nil, method: .autoRecharge, fingerprint: .zero)

  /// The part of the fingerprint that is the tag of the entry and hold ids that the request creates.
  package var tag: UInt32 { UInt32(truncatingIfNeeded: fingerprint.words.0 >> 32) }

  package var idempotencyKey: IdempotencyKey? { key.map { IdempotencyKey(caller: caller, key: $0) } }
}

/// The outcome that is recorded for an idempotency key.
package struct RecordedOutcome: Hashable, Sendable {
  package enum Body: Hashable, Sendable {
    case payload(RecordPayload)
    case refusal(Refusal)
    /// A replay returns the recharge's current state, which changes until it is final.
    case recharge(RechargeID)
    /// A replay returns the refund's current state.
    case rechargeRefund(RechargeRefundID)

    /// The outcome of the request that wrote `record`, whose payload is `payload`.
    package init(of record: JournalRecord, _ payload: RecordPayload) {
      if case .rechargeRefund(let reply) = payload {
        self = .rechargeRefund(reply.refund.id)
      } else if let id = record.rechargeID {
        self = .recharge(id)
      } else {
        self = .payload(payload)
      }
    }
  }

  package var method: Method
  package var fingerprint: Digest
  package var body: Body

  package init(method: Method, fingerprint: Digest, body: Body) {
    self.method = method
    self.fingerprint = fingerprint
    self.body = body
  }
}
