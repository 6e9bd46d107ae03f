/// Commits the processor's result of a recharge: its outcome, entry, card and slot together.
///
/// A repeated result has no further effect. A different result of a final recharge is refused: nothing final is undone.
package struct SettleRecharge: Mutation {
  package static let method = Method.settleRecharge

  package var rechargeID: RechargeID
  package var settlement: Settlement

  package init(_ rechargeID: RechargeID, _ settlement: Settlement) {
    self.rechargeID = rechargeID
    self.settlement = settlement
  }

  package func addNeeds(to needs: inout Needs) {
    needs.recharges.insert(rechargeID)
    if let id = settlement.processorChargeID { needs.processorChargeIDs.insert(id) }
  }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> RechargeReply {
    let recharge = try state.recharge(rechargeID).recharge
    let wallet = try state.account(recharge.walletID).wallet
    let plausible = settlement.reviewedIfImplausible(for: recharge, of: wallet, in: state)
    return try state.settle(rechargeID, plausible, as: context)
  }
}

extension LedgerState {
  /// - Parameter memo: A person's evidence of the outcome; empty for the processor's own result.
  mutating func settle(
    _ id: RechargeID,
    _ settlement: Settlement,
    memo: String = "",
    as context: DecisionContext
  ) throws(Refusal) -> RechargeReply {
    let current = try recharge(id)
    var recharge = current.recharge
    var account = try account(recharge.walletID)
    if recharge.state == settlement.state { return current.reply }
    guard recharge.state.canBecome(settlement.state) else { throw .rechargeAlreadySettled(id, recharge.state) }
    recharge.take(settlement, at: context.time)
    precondition(account.openRecharge == id, "an open recharge has its wallet's slot")
    if recharge.state.isTerminal { account.openRecharge = nil }
    var removed: PaymentMethod?
    switch recharge.state {
    case .paid: removed = credit(recharge, to: &account, at: context.time)
    case .declined, .failed:
      if recharge.paymentMethodIsCandidate, recharge.paymentMethodIsAttached {
        removed = remove(recharge.paymentMethod)
      }
    case .processing, .authenticationRequired, .needsReview: break
    }
    if recharge.purpose == .autoRecharge {
      account.wallet.autoRecharge?.take(.settled(settlement, amount: recharge.amount.micros), at: context.time)
    }
    return record(recharge, removing: removed, memo: memo, in: account, as: context)
  }

  /// Posts a paid recharge, and saves its new card and settings. Returns the card that the new card replaces.
  private mutating func credit(
    _ recharge: Recharge,
    to account: inout Account,
    at time: LedgerTime
  ) -> PaymentMethod? {
    var removed: PaymentMethod?
    account.wallet.posted += recharge.amount.micros
    if recharge.paymentMethodIsCandidate {
      save(recharge.paymentMethod)
      // The card to replace may have been removed while the new card was being charged.
      let replaced = recharge.replacedPaymentMethod.flatMap { paymentMethods[$0] }
      if let replaced, replaced.state == .saved { removed = remove(replaced) }
      account.pay(with: recharge.paymentMethod)
      account.wallet.autoRecharge?.take(.cardReplaced, at: time)
    }
    if let settings = recharge.autoRecharge { account.wallet.save(settings, at: time) }
    return removed
  }
}

extension Recharge {
  fileprivate mutating func take(_ settlement: Settlement, at time: LedgerTime) {
    state = settlement.state
    updateTime = time
    processorChargeID = settlement.processorChargeID ?? processorChargeID
    nextActionURL = nil
    switch settlement {
    case .paid: explanation = nil
    case .declined(_, let code): explanation = code
    case .authenticationRequired(_, let url): nextActionURL = url
    case .failed(_, let text), .needsReview(let text): explanation = text
    }
  }
}

extension Settlement {
  /// The result, or `needsReview` if the result contradicts the ledger.
  fileprivate func reviewedIfImplausible(
    for recharge: Recharge,
    of wallet: Wallet,
    in state: LedgerState
  ) -> Settlement {
    if let chargeID = processorChargeID {
      if let owner = state.processorCharges[chargeID], owner != recharge.id {
        return .needsReview(explanation: "processor charge \(chargeID) already belongs to recharge \(owner)")
      }
      if let known = recharge.processorChargeID, known != chargeID {
        return .needsReview(explanation: "the processor names charge \(chargeID) where it had named \(known)")
      }
    }
    if case .paid(let chargeID) = self, !recharge.state.isTerminal,
      wallet.posted(after: recharge.amount.micros) == nil
    {
      return .needsReview(explanation: "charge \(chargeID) is paid but would take the balance out of range")
    }
    return self
  }
}
