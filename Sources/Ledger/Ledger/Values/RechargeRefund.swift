/// Where a refund of a recharge stands.
package enum RechargeRefundState: String, Hashable, Sendable, CaseIterable {
  /// The intent is durable; the processor has not given an answer.
  case processing = "PROCESSING"
  /// The money is on its way back to the card, and out of the wallet.
  case refunded = "REFUNDED"
  /// The money is not given back. The card's bank may say so days after it was `refunded`: then the wallet has it again.
  case failed = "FAILED"
  /// The outcome cannot be learned by machine; a person settles it.
  case needsReview = "NEEDS_REVIEW"

  /// Whether somebody has to find out what became of it.
  package var isOpen: Bool { self == .processing || self == .needsReview }

  /// What failed stays failed.
  package func canBecome(_ next: RechargeRefundState) -> Bool {
    switch self {
    case .processing: next != .processing
    case .needsReview: next == .refunded || next == .failed
    case .refunded: next == .failed
    case .failed: false
    }
  }
}

/// A part of a recharge, or all of it, given back to the card that was charged.
package struct RechargeRefund: Hashable, Sendable {
  package var id: RechargeRefundID
  package var rechargeID: RechargeID
  package var walletID: WalletID
  /// Who asked for it, and so the actor of its entry.
  package var caller: String
  /// Always positive.
  package var amount: Money
  /// The charge that it gives back.
  package var processorChargeID: String
  package var state: RechargeRefundState
  package var processorRefundID: String?
  /// Why it failed, or what there is to review.
  package var explanation: String?
  package var createTime: LedgerTime
  package var updateTime: LedgerTime

  /// So many of one recharge: each is loaded to know what is left of it.
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
    updateTime: LedgerTime
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
  }

  /// The key under which the processor knows it: the same for every attempt.
  package var processorKey: String { "credits-\(id)" }
}

extension RechargeRefundID {
  /// The refund to which a key at the processor belongs; nil where the key is none of ours.
  package init?(processorKey key: String) {
    let prefix = "credits-"
    guard key.hasPrefix(prefix) else { return nil }
    self.init(String(key.dropFirst(prefix.count)))
  }
}

/// A refund by its last transition, which is the answer to its key.
package struct RechargeRefundBook: Hashable, Sendable {
  package var reply: RechargeRefundReply
  /// The journal record of the transition.
  package var record: Int64

  package init(reply: RechargeRefundReply, record: Int64) {
    self.reply = reply
    self.record = record
  }

  package var refund: RechargeRefund { reply.refund }
}

/// What the processor said of a refund, as the recharge worker reports it.
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
