package import Ledger

extension LedgerState {
  /// Returns exactly the part of this state that a store loads for `needs`.
  package func part(for needs: Needs) -> LedgerState {
    var part = LedgerState(position: position)
    var histories = needs.histories
    var recharges = needs.recharges
    var refunds = needs.refunds
    var wallets = needs.wallets
    var walletsWithCards = needs.walletsWithCards
    for key in needs.keys {
      guard let recorded = recordedOutcomes[key] else { continue }
      part.recordedOutcomes[key] = recorded
      switch recorded.body {
      case .recharge(let id): recharges.insert(id)
      case .rechargeRefund(let id): refunds.insert(id)
      case .payload, .refusal: break
      }
    }
    for id in refunds {
      if let refund = self.refunds[id]?.refund { histories.insert(refund.rechargeID) }
    }
    for id in needs.processorChargeIDs {
      part.processorCharges[id] = processorCharges[id]
      if needs.chargesOfRecharges.contains(id), let recharge = processorCharges[id] { recharges.insert(recharge) }
    }
    if needs.facts { part.facts = facts }
    if needs.openMatters { recharges.formUnion(addOpenMatters(to: &part)) }
    for id in recharges.union(histories) {
      guard let recorded = self.recharges[id] else { continue }
      part.recharges[id] = recorded
      walletsWithCards.insert(recorded.recharge.walletID)
    }
    for recorded in self.refunds.values where histories.contains(recorded.refund.rechargeID) {
      part.refunds[recorded.refund.id] = recorded
    }
    for recorded in disputes.values where histories.contains(recorded.dispute.rechargeID) {
      part.disputes[recorded.dispute.id] = recorded
    }
    for id in needs.disputes { part.disputes[id] = disputes[id] }
    let named = paymentMethods.values.filter { needs.paymentMethodTokens.contains($0.token) && $0.state == .saved }
    for id in needs.paymentMethodsWithWallets.union(named.map(\.id)) {
      guard let card = paymentMethods[id] else { continue }
      part.paymentMethods[id] = card
      walletsWithCards.insert(card.walletID)
    }
    for id in needs.holds {
      guard let hold = holds[id] else { continue }
      part.holds[id] = hold
      wallets.insert(hold.walletID)
    }
    for id in needs.entries {
      guard let recorded = entries[id] else { continue }
      part.entries[id] = recorded
      part.entryRecords[id] = entryRecords[id]
      wallets.insert(recorded.walletID)
    }
    if needs.walletsWithDueHolds { wallets.formUnion(walletsWithDueHolds(at: needs.time)) }
    if needs.walletsToWake { wallets.formUnion(walletsToWake(at: needs.time)) }
    for id in wallets.union(walletsWithCards) { part.accounts[id] = accounts[id] }
    for id in walletsWithCards {
      for card in paymentMethods.values where card.walletID == id && card.state == .saved {
        part.paymentMethods[card.id] = card
      }
      if let open = accounts[id]?.openRecharge { part.recharges[open] = self.recharges[open] }
      for recorded in self.recharges.values
      where recorded.recharge.walletID == id && recorded.recharge.state == .needsReview {
        part.recharges[recorded.recharge.id] = recorded
      }
    }
    for account in part.accounts.values where account.mayFire {
      guard let card = account.defaultPaymentMethod else { continue }
      part.paymentMethods[card] = paymentMethods[card]
    }
    if needs.spends {
      for account in part.accounts.values {
        guard let open = account.openRecharge else { continue }
        part.recharges[open] = self.recharges[open]
      }
    }
    for id in needs.paymentMethods { part.paymentMethods[id] = paymentMethods[id] }
    for (id, account) in part.accounts where account.mayHaveDueHolds(at: needs.time) {
      let open = holds.values.filter { $0.walletID == id && $0.isOpen }
      for hold in open where hold.isDue(at: needs.time) { part.holds[hold.id] = hold }
      let next = open.filter { !$0.isDue(at: needs.time) }.min { $0.expireTime < $1.expireTime }
      if let next { part.holds[next.id] = next }
    }
    return part
  }

  private func addOpenMatters(to part: inout LedgerState) -> Set<RechargeID> {
    part.openRecharges = Set(recharges.values.map(\.recharge).filter { !$0.state.isTerminal }.map(\.id))
    for recorded in refunds.values where recorded.refund.state.isOpen {
      part.refunds[recorded.refund.id] = recorded
      part.openRefunds.insert(recorded.refund.id)
    }
    for card in paymentMethods.values where card.state == .removed {
      part.paymentMethods[card.id] = card
      part.removedPaymentMethods.insert(card.id)
    }
    return part.openRecharges
  }

  /// Returns the wallets to wake, longest waiting first.
  private func walletsToWake(at time: LedgerTime) -> [WalletID] {
    let due = accounts.values.compactMap { account in
      account.wallet.autoRecharge?.wakeTime.map { (id: account.wallet.id, time: $0) }
    }
    return due.filter { $0.time <= time }.sorted { $0.time < $1.time }.prefix(Needs.largestSweep).map(\.id)
  }

  /// Returns the wallets with due holds, longest overdue first.
  private func walletsWithDueHolds(at time: LedgerTime) -> [WalletID] {
    var wallets: [WalletID] = []
    let due = holds.values.filter { $0.isDue(at: time) }
    for hold in due.sorted(by: { ($0.expireTime, $0.id.record) < ($1.expireTime, $1.id.record) }) {
      if wallets.count < Needs.largestSweep, !wallets.contains(hold.walletID) { wallets.append(hold.walletID) }
    }
    return wallets
  }
}
