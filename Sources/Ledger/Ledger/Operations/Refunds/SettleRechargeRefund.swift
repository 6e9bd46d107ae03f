/// Commits the processor's result of a refund. A repeated result has no further effect. A refund that a bank returns
/// later is credited to the wallet again. A refund that was given up and proves to be made is debited.
package struct SettleRechargeRefund: Mutation {
  package static let method = Method.settleRefund

  package var refundID: RechargeRefundID
  package var settlement: RefundSettlement

  package init(_ refundID: RechargeRefundID, _ settlement: RefundSettlement) {
    self.refundID = refundID
    self.settlement = settlement
  }

  package func addNeeds(to needs: inout Needs) { needs.refunds.insert(refundID) }

  package func decide(
    in state: inout LedgerState,
    as context: DecisionContext
  ) throws(Refusal) -> RechargeRefundReply {
    let refund = try state.refund(refundID).refund
    let wallet = try state.account(refund.walletID).wallet
    return try state.settle(refundID, settlement.reviewedIfImplausible(for: refund, of: wallet), as: context)
  }
}

extension LedgerState {
  func refund(_ id: RechargeRefundID) throws(Refusal) -> RecordedRechargeRefund {
    guard let found = refunds[id] else { throw .rechargeRefundNotFound(id) }
    return found
  }

  /// - Parameter memo: A person's evidence of the outcome; empty for the processor's own result.
  mutating func settle(
    _ id: RechargeRefundID,
    _ settlement: RefundSettlement,
    memo: String = "",
    as context: DecisionContext
  ) throws(Refusal) -> RechargeRefundReply {
    let current = try refund(id)
    var refund = current.refund
    var account = try account(refund.walletID)
    if refund.state == settlement.state { return current.reply }
    guard refund.state.canBecome(settlement.state, hasEntry: current.reply.entry != nil) else {
      throw .refundAlreadySettled(id, refund.state)
    }
    let moved: Int64 =
      switch (refund.state, settlement.state) {
      case (_, .refunded): -refund.amount.micros
      case (.refunded, .failed): refund.amount.micros
      default: 0
      }
    var after = account.wallet
    try after.post(moved)
    account.openRefunds += (settlement.state.isOpen ? 1 : 0) - (refund.state.isOpen ? 1 : 0)
    refund.state = settlement.state
    refund.updateTime = context.time
    refund.processorRefundID = settlement.processorRefundID ?? refund.processorRefundID
    switch settlement {
    case .refunded: refund.explanation = nil
    case .failed(_, let explanation), .needsReview(let explanation): refund.explanation = explanation
    }
    return record(refund, moving: moved, memo: memo, in: account, as: context)
  }

  /// Records a transition of `refund`.
  ///
  /// - Parameter micros: The change of the wallet's posted balance.
  mutating func record(
    _ refund: RechargeRefund,
    moving micros: Int64,
    memo: String = "",
    in account: Account,
    as context: DecisionContext
  ) -> RechargeRefundReply {
    record(refund, as: RecordKind(refund.state), moving: micros, memo: memo, in: account, context)
  }

  mutating func record(
    _ refund: RechargeRefund,
    as kind: RecordKind,
    moving micros: Int64,
    memo: String = "",
    in account: Account,
    _ context: DecisionContext
  ) -> RechargeRefundReply {
    var account = account
    let posting = Posting(
      kind: kind,
      counterAccount: micros == 0 ? nil : .processor,
      reference: memo.isEmpty ? refund.memo : memo,
      rechargeID: refund.rechargeID,
      shortfall: account.wallet.shortfall(taking: -micros)
    )
    account.wallet.posted += micros
    let reply = append(posting, to: account, as: context) { wallet, record in
      var reply = RechargeRefundReply(wallet: wallet, refund: refund, entry: Entry(record, in: wallet.currency))
      // The actor of the entry is the caller that requested the refund, not the worker that reports its outcome.
      reply.entry?.caller = refund.caller
      reply.entry?.rechargeRefundID = refund.id
      return reply
    }
    save(RecordedRechargeRefund(reply: reply, record: position.record))
    return reply
  }
}

extension RefundSettlement {
  /// The result, or `needsReview` if the result contradicts the ledger.
  fileprivate func reviewedIfImplausible(for refund: RechargeRefund, of wallet: Wallet) -> RefundSettlement {
    if let named = processorRefundID, let known = refund.processorRefundID, named != known, refund.state.isOpen {
      return .needsReview(explanation: "the processor names refund \(named) where it had named \(known)")
    }
    if case .refunded(let name) = self, refund.state.isOpen, wallet.posted(after: -refund.amount.micros) == nil {
      return .needsReview(explanation: "refund \(name) was made but would take the balance out of range")
    }
    return self
  }
}

extension Refusal {
  package static func rechargeRefundNotFound(_ id: RechargeRefundID) -> Refusal {
    Refusal(
      .refundNotFound,
      [.refundID: id.value],
      sentence: "no refund \(id): use the refund_id of a RefundRecharge reply"
    )
  }

  package static func refundAlreadySettled(_ id: RechargeRefundID, _ state: RechargeRefundState) -> Refusal {
    Refusal(
      .refundAlreadySettled,
      [.refundID: id.value, .state: state.rawValue],
      sentence: "refund \(id) is already \(state.rawValue)"
    )
  }
}
