/// The state of a recharge. `paid`, `declined` and `failed` are outcomes; `processing` and `authenticationRequired` keep
/// the wallet's slot.
package enum RechargeState: String, Hashable, Sendable, CaseIterable {
  /// The intent is durable; the processor has not given a final answer.
  case processing = "PROCESSING"
  case paid = "PAID"
  case declined = "DECLINED"
  /// The cardholder has to authenticate first. Not a success.
  case authenticationRequired = "AUTHENTICATION_REQUIRED"
  /// The recharge was given up.
  case failed = "FAILED"
  /// The outcome is not known in time. A person may settle the recharge, and the machine goes on looking it up.
  case needsReview = "NEEDS_REVIEW"

  package var isTerminal: Bool {
    switch self {
    case .paid, .declined, .failed: true
    case .processing, .authenticationRequired, .needsReview: false
    }
  }

  /// Whether a recharge in this state has its wallet's one slot. A recharge in review has not: its customer may recharge
  /// again.
  package var hasSlot: Bool {
    switch self {
    case .processing, .authenticationRequired: true
    case .paid, .declined, .failed, .needsReview: false
    }
  }

  /// Whether the recharge was given up without money having moved, as far as the ledger knows.
  package var isGivenUp: Bool { self == .declined || self == .failed }

  /// Whether `next` may follow this state. Nothing follows `paid`, and `processing` follows nothing. A recharge that was
  /// given up and proves to be paid is credited.
  package func canBecome(_ next: RechargeState) -> Bool {
    switch self {
    case .processing: next != .processing
    case .authenticationRequired: next != .processing && next != .authenticationRequired
    case .needsReview: next.isTerminal
    case .declined, .failed: next == .paid
    case .paid: false
    }
  }
}

/// What started a recharge. The journal keeps the raw values.
package enum RechargePurpose: String, Hashable, Sendable, CaseIterable {
  case recharge = "RECHARGE"
  case changeCard = "CHANGE_CARD"
  case autoRecharge = "AUTO_RECHARGE"
}

/// A charge of a card that credits a wallet once it is paid.
package struct Recharge: Hashable, Sendable {
  package var id: RechargeID
  package var walletID: WalletID
  /// The caller that requested the recharge, which is the actor of its entry.
  package var caller: String
  /// Always positive.
  package var amount: Money
  package var purpose: RechargePurpose
  package var state: RechargeState
  /// The card to charge: the wallet's default, or a candidate that becomes the default once it has paid.
  package var paymentMethod: PaymentMethod
  package var paymentMethodIsCandidate: Bool
  /// Whether the processor has attached the card. A card is charged only after that.
  package var paymentMethodIsAttached: Bool
  /// The card that the new card replaces once it has paid.
  package var replacedPaymentMethod: PaymentMethodID?
  /// The settings of automatic recharges that are saved once the recharge is paid.
  package var autoRecharge: AutoRechargeSettings?
  package var processorChargeID: String?
  /// The processor's decline code, the reason of the failure, or what to review.
  package var explanation: String?
  /// The URL at which the cardholder authenticates.
  package var nextActionURL: String?
  package var entryID: EntryID?
  package var createTime: LedgerTime
  package var updateTime: LedgerTime

  package init(
    id: RechargeID,
    walletID: WalletID,
    caller: String,
    amount: Money,
    purpose: RechargePurpose,
    state: RechargeState = .processing,
    paymentMethod: PaymentMethod,
    paymentMethodIsCandidate: Bool,
    paymentMethodIsAttached: Bool = true,
    replacedPaymentMethod: PaymentMethodID? = nil,
    autoRecharge: AutoRechargeSettings? = nil,
    processorChargeID: String? = nil,
    explanation: String? = nil,
    nextActionURL: String? = nil,
    entryID: EntryID? = nil,
    createTime: LedgerTime,
    updateTime: LedgerTime
  ) {
    self.id = id
    self.walletID = walletID
    self.caller = caller
    self.amount = amount
    self.purpose = purpose
    self.state = state
    self.paymentMethod = paymentMethod
    self.paymentMethodIsCandidate = paymentMethodIsCandidate
    self.paymentMethodIsAttached = paymentMethodIsAttached
    self.replacedPaymentMethod = replacedPaymentMethod
    self.autoRecharge = autoRecharge
    self.processorChargeID = processorChargeID
    self.explanation = explanation
    self.nextActionURL = nextActionURL
    self.entryID = entryID
    self.createTime = createTime
    self.updateTime = updateTime
  }

  /// When the recharge leaves the wallet's slot at the latest: its cardholder's time to authenticate ends, and what is
  /// still unknown goes to review.
  package var slotExpiry: LedgerTime {
    createTime.adding(seconds: SettlementLimits.unknownTime.components.seconds)
  }

  /// The idempotency key of the charge at the processor. The same for every attempt, and unique to this recharge.
  package var processorKey: String { "credits-\(id)" }

  /// The idempotency key of attaching the card at the processor.
  package var attachmentKey: String { "credits-\(id)-card" }
}

/// A recharge with the reply of its last transition, which is also the reply to its key.
///
/// The reply to a key is final if the recharge is, with one exception: a recharge that was given up and proves to be paid
/// is replayed as paid. A caller that got the old reply again would charge the card a second time, under another key.
package struct RecordedRecharge: Hashable, Sendable {
  package var reply: RechargeReply
  /// The number of the transition's journal record.
  package var record: Int64

  package init(reply: RechargeReply, record: Int64) {
    self.reply = reply
    self.record = record
  }

  package var recharge: Recharge { reply.recharge }
}

/// The processor's result of a recharge, as the recharge worker reports it.
package enum Settlement: Hashable, Sendable {
  case paid(processorChargeID: String)
  case declined(processorChargeID: String?, code: String)
  case authenticationRequired(processorChargeID: String, nextActionURL: String)
  case failed(processorChargeID: String?, explanation: String)
  case needsReview(explanation: String)

  package var state: RechargeState {
    switch self {
    case .paid: .paid
    case .declined: .declined
    case .authenticationRequired: .authenticationRequired
    case .failed: .failed
    case .needsReview: .needsReview
    }
  }

  package var processorChargeID: String? {
    switch self {
    case .paid(let id), .authenticationRequired(let id, _): id
    case .declined(let id, _), .failed(let id, _): id
    case .needsReview: nil
    }
  }
}
