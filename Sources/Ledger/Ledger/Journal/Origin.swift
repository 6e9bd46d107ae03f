/// The mutations, by the names of their RPCs. The raw values stand in the journal for ever.
package enum Method: String, Hashable, Sendable, CaseIterable {
  case createWallet = "CreateWallet"
  case charge = "Charge"
  case refundCharge = "RefundCharge"
  case grantCredits = "GrantCredits"
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
  case removePaymentMethod = "RemovePaymentMethod"
  case refundRecharge = "RefundRecharge"
  case settleReview = "SettleReview"
  case setAutoRecharge = "SetAutoRecharge"
  case resumeAutoRecharge = "ResumeAutoRecharge"
  /// The recharge worker's own; it carries no key, the recharge's state makes it happen once.
  case settleRecharge = "SettleRecharge"
  /// As `settleRecharge`.
  case settleRefund = "SettleRefund"
  case recordDispute = "RecordDispute"
  case detachPaymentMethod = "DetachPaymentMethod"
  /// The ledger's own.
  case expireHolds = "ExpireHolds"
  case autoRecharge = "AutoRecharge"
}

/// A caller's key within that caller's scope.
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

/// Who asks for a mutation and how to know the same request again.
package struct Origin: Hashable, Sendable {
  package var caller: String
  /// nil only for the recharge worker and the ledger itself.
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

  /// Of what happens because its time has come.
  package static let ledger = Origin(caller: "ledger", key: nil, method: .expireHolds, fingerprint: .zero)

  /// Of what a wallet's own settings make happen.
  package static let autoRecharge = Origin(caller: "ledger", key: nil, method: .autoRecharge, fingerprint: .zero)

  /// The part of the fingerprint that goes into the ids of what the request makes.
  package var tag: UInt32 { UInt32(truncatingIfNeeded: fingerprint.words.0 >> 32) }

  package var idempotencyKey: IdempotencyKey? { key.map { IdempotencyKey(caller: caller, key: $0) } }
}

/// What is recorded for a key.
package struct RecordedOutcome: Hashable, Sendable {
  package enum Body: Hashable, Sendable {
    case payload(RecordPayload)
    case refusal(Refusal)
    /// The reply follows the recharge until it is final.
    case recharge(RechargeID)
    /// The reply follows the refund.
    case rechargeRefund(RechargeRefundID)

    /// What `record`, whose payload is `payload`, means for its key.
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
