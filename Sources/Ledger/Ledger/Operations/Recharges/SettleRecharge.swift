/// Commits the processor's result of a recharge: its outcome, entry, card and slot together.
///
/// A repeated result has no further effect. A recharge that was given up and proves to be paid is credited, whatever
/// recharge is open by then, but saves neither its card nor its settings. Any other result of a final recharge is refused:
/// nothing final is undone.
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
    // Money has moved for a recharge that was given up, but not as the ledger expects: a person has to look.
    let isReopened = recharge.state.isGivenUp && settlement.state == .paid && plausible.state == .needsReview
    return try state.settle(rechargeID, plausible, reopening: isReopened, as: context)
  }
}

extension LedgerState {
  /// - Parameters:
  ///   - isReopened: Whether a recharge that was given up may go to review.
  ///   - memo: A person's evidence of the outcome; empty for the processor's own result.
  mutating func settle(
    _ id: RechargeID,
    _ settlement: Settlement,
    reopening isReopened: Bool = false,
    memo: String = "",
    as context: DecisionContext
  ) throws(Refusal) -> RechargeReply {
    let current = try recharge(id)
    let before = current.recharge.state
    var recharge = current.recharge
    var account = try account(recharge.walletID)
    if before == settlement.state { return current.reply }
    guard before.canBecome(settlement.state) || isReopened else { throw .rechargeAlreadySettled(id, before) }
    recharge.take(settlement, at: context.time)
    if isReopened {
      // Its card was removed when it was given up, and its settings were dropped.
      recharge.paymentMethodIsCandidate = false
      recharge.autoRecharge = nil
    }
    precondition(before.hasSlot == (account.openRecharge == id), "an open recharge has its wallet's slot")
    if before.hasSlot, !recharge.state.hasSlot { account.openRecharge = nil }
    account.rechargesInReview += (recharge.state == .needsReview ? 1 : 0) - (before == .needsReview ? 1 : 0)
    var removed: PaymentMethod?
    switch recharge.state {
    case .paid: removed = credit(recharge, after: before, to: &account, at: context.time)
    case .declined, .failed:
      if recharge.paymentMethodIsCandidate, recharge.paymentMethodIsAttached {
        removed = remove(recharge.paymentMethod)
      }
    case .processing, .authenticationRequired, .needsReview: break
    }
    if recharge.purpose == .autoRecharge {
      account.wallet.autoRecharge?.take(settlement, of: recharge, at: context.time)
    }
    return record(recharge, removing: removed, memo: memo, in: account, as: context)
  }

  /// Posts a paid recharge, and saves its new card and settings. Returns the card that this removes: the one that the new
  /// card replaces, or the new card itself if it is not saved.
  private mutating func credit(
    _ recharge: Recharge,
    after before: RechargeState,
    to account: inout Account,
    at time: LedgerTime
  ) -> PaymentMethod? {
    account.wallet.posted += recharge.amount.micros
    // Its card was removed when it was given up.
    if before.isGivenUp { return nil }
    var removed: PaymentMethod?
    if recharge.paymentMethodIsCandidate {
      guard before.hasSlot || mayStillSaveCard(of: recharge, in: account) else {
        return recharge.paymentMethodIsAttached ? remove(recharge.paymentMethod) : nil
      }
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

  /// Whether a recharge that is paid out of review saves its card: not if the customer has added a newer default card
  /// meanwhile, and not beyond the largest number of cards, because other recharges have had the slot since.
  private func mayStillSaveCard(of recharge: Recharge, in account: Account) -> Bool {
    let current = defaultCard(of: account)
    let isNewest = current.map { $0.createTime <= recharge.createTime } ?? true
    let count = savedCards(of: account.wallet.id).count - (recharge.purpose == .changeCard ? 1 : 0)
    return isNewest && count < PaymentMethod.mostPerWallet
  }
}

extension AutoRecharge {
  /// Moves to the phase that the outcome of an automatic recharge leads to. A recharge that was given up has left the
  /// phase to others.
  fileprivate mutating func take(
    _ settlement: Settlement,
    of recharge: Recharge,
    at time: LedgerTime
  ) {
    if phase.rechargeID == recharge.id {
      take(.settled(settlement, amount: recharge.amount.micros), at: time)
    } else if recharge.state == .paid {
      take(.paidAfterAll(amount: recharge.amount.micros, started: recharge.createTime), at: time)
    }
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
    if case .paid(let chargeID) = self, recharge.state != .paid,
      wallet.posted(after: recharge.amount.micros) == nil
    {
      return .needsReview(explanation: "charge \(chargeID) is paid but would take the balance out of range")
    }
    return self
  }
}
