/// The state of a refund of a recharge.
package enum RechargeRefundState: String, Hashable, Sendable, CaseIterable {
  /// The intent is durable; the processor has not given an answer.
  case processing = "PROCESSING"
  /// The money is on its way back to the card, and the wallet is debited.
  case refunded = "REFUNDED"
  /// The money is not refunded. The card's bank may return a refund days later: the wallet is then credited again.
  case failed = "FAILED"
  /// The outcome is not known in time. A person may settle the refund, and the machine goes on looking it up.
  case needsReview = "NEEDS_REVIEW"

  /// Whether the refund has no outcome yet.
  package var isOpen: Bool { self == .processing || self == .needsReview }

  /// Whether `next` may follow this state.
  ///
  /// - Parameter hasEntry: Whether the refund has ever moved money. A refund that failed without moving any and proves to
  ///   be made is posted; one that a bank has returned is not made again.
  package func canBecome(_ next: RechargeRefundState, hasEntry: Bool) -> Bool {
    switch self {
    case .processing: next != .processing
    case .needsReview: next == .refunded || next == .failed
    case .refunded: next == .failed
    case .failed: next == .refunded && !hasEntry
    }
  }
}

/// A refund of all or part of a recharge to the card that was charged.
package struct RechargeRefund: Hashable, Sendable {
  package var id: RechargeRefundID
  package var rechargeID: RechargeID
  package var walletID: WalletID
  /// The caller that requested the refund, which is the actor of its entry.
  package var caller: String
  /// Always positive.
  package var amount: Money
  /// The processor's id of the refunded charge.
  package var processorChargeID: String
  package var state: RechargeRefundState
  package var processorRefundID: String?
  /// The reason of the failure, or what to review.
  package var explanation: String?
  package var createTime: LedgerTime
  package var updateTime: LedgerTime
  /// The reason of the refund, for people.
  package var memo: String

  /// The maximum number of refunds of one recharge. All are loaded to compute what is left of it.
  package static let mostPerRecharge = 50

  package init(
    id: RechargeRefundID,
    rechargeID: RechargeID,
    walletID: WalletID,
    caller: String,
    amount: Money,
    processorChargeID: String,
    state: RechargeRefundState = .processing,
    processorRefundID: String? = nil,
    explanation: String? = nil,
    createTime: LedgerTime,
    updateTime: LedgerTime,
    memo: String = ""
  ) {
    self.id = id
    self.rechargeID = rechargeID
    self.walletID = walletID
    self.caller = caller
    self.amount = amount
    self.processorChargeID = processorChargeID
    self.state = state
    self.processorRefundID = processorRefundID
    self.explanation = explanation
    self.createTime = createTime
    self.updateTime = updateTime
    self.memo = memo
  }

  /// The idempotency key of the refund at the processor. The same for every attempt.
  package var processorKey: String { "credits-\(id)" }
}

extension RechargeRefundID {
  /// The refund to which a key at the processor belongs; nil if the key is not one of ours.
  package init?(processorKey key: String) {
    let prefix = "credits-"
    guard key.hasPrefix(prefix) else { return nil }
    self.init(String(key.dropFirst(prefix.count)))
  }
}

/// A refund with the reply of its last transition, which is also the reply to its key.
package struct RecordedRechargeRefund: Hashable, Sendable {
  package var reply: RechargeRefundReply
  /// The number of the transition's journal record.
  package var record: Int64

  package init(reply: RechargeRefundReply, record: Int64) {
    self.reply = reply
    self.record = record
  }

  package var refund: RechargeRefund { reply.refund }
}

/// The processor's result of a refund, as the recharge worker reports it.
package enum RefundSettlement: Hashable, Sendable {
  case refunded(processorRefundID: String)
  case failed(processorRefundID: String?, explanation: String)
  case needsReview(explanation: String)

  package var state: RechargeRefundState {
    switch self {
    case .refunded: .refunded
    case .failed: .failed
    case .needsReview: .needsReview
    }
  }

  package var processorRefundID: String? {
    switch self {
    case .refunded(let id): id
    case .failed(let id, _): id
    case .needsReview: nil
    }
  }
}
