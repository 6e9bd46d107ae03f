/// Where a recharge stands. `paid`, `declined` and `failed` are final; the others keep the wallet's slot.
package enum RechargeState: String, Hashable, Sendable, CaseIterable {
  /// The intent is durable; the processor has not given a final answer.
  case processing = "PROCESSING"
  case paid = "PAID"
  case declined = "DECLINED"
  /// The cardholder has to do something first. Not a success.
  case authenticationRequired = "AUTHENTICATION_REQUIRED"
  /// No money moved and none will.
  case failed = "FAILED"
  /// The outcome cannot be learned by machine; a person settles it.
  case needsReview = "NEEDS_REVIEW"

  package var isTerminal: Bool {
    switch self {
    case .paid, .declined, .failed: true
    case .processing, .authenticationRequired, .needsReview: false
    }
  }

  /// An intent can become anything but an intent again; what is final stays.
  package func canBecome(_ next: RechargeState) -> Bool {
    switch self {
    case .processing: next != .processing
    case .authenticationRequired: next != .processing && next != .authenticationRequired
    case .needsReview: next.isTerminal
    case .paid, .declined, .failed: false
    }
  }
}

package enum RechargePurpose: String, Hashable, Sendable, CaseIterable {
  case recharge = "RECHARGE"
  case changeCard = "CHANGE_CARD"
  case autoRecharge = "AUTO_RECHARGE"
}

package struct Recharge: Hashable, Sendable {
  package var id: RechargeID
  package var walletID: WalletID
  /// Who asked for it, and so the actor of its entry.
  package var caller: String
  /// Always positive.
  package var amount: Money
  package var purpose: RechargePurpose
  package var state: RechargeState
  /// The card that pays: the wallet's, or a candidate that becomes the wallet's once it has paid.
  package var paymentMethod: PaymentMethod
  package var paymentMethodIsCandidate: Bool
  /// Whether the processor has made the card ready to be charged: only then is it charged.
  package var paymentMethodIsAttached: Bool
  /// The card whose place the new one takes once it has paid.
  package var replacedPaymentMethod: PaymentMethodID?
  /// What is saved once it has paid.
  package var autoRecharge: AutoRechargeSettings?
  package var processorChargeID: String?
  /// The processor's decline code, why it failed, or what there is to review.
  package var explanation: String?
  /// Where the cardholder authenticates.
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

  /// The key under which the processor knows this charge: the same for every attempt, and of no other recharge.
  package var processorKey: String { "credits-\(id)" }

  /// The same for making its card ready.
  package var attachmentKey: String { "credits-\(id)-card" }
}

/// A recharge by its last transition. Once that was final, it is the answer to the recharge's key for ever.
package struct RechargeBook: Hashable, Sendable {
  package var reply: RechargeReply
  /// The journal record of the transition.
  package var record: Int64

  package init(reply: RechargeReply, record: Int64) {
    self.reply = reply
    self.record = record
  }

  package var recharge: Recharge { reply.recharge }
}

/// What the processor said, as the recharge worker reports it.
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
