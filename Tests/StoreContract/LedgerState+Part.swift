import Ledger

extension LedgerState {
  /// What a store that holds all this loads for `needs`: nothing more.
  package func part(for needs: Needs) -> LedgerState {
    var part = LedgerState(position: position)
    var recharges = needs.recharges
    var wallets = needs.wallets
    for key in needs.keys {
      guard let answer = answers[key] else { continue }
      part.answers[key] = answer
      if case .recharge(let id) = answer.body { recharges.insert(id) }
    }
    for id in needs.processorChargeIDs { part.processorCharges[id] = processorCharges[id] }
    if needs.openRecharges {
      part.openRecharges = Set(self.recharges.values.map(\.recharge).filter { !$0.state.isTerminal }.map(\.id))
      recharges.formUnion(part.openRecharges)
    }
    var walletsWithCard = needs.walletsWithCard
    for id in recharges {
      guard let book = self.recharges[id] else { continue }
      part.recharges[id] = book
      walletsWithCard.insert(book.recharge.walletID)
    }
    for id in needs.holds {
      guard let hold = holds[id] else { continue }
      part.holds[id] = hold
      wallets.insert(hold.walletID)
    }
    for id in needs.entries {
      guard let book = entries[id] else { continue }
      part.entries[id] = book
      wallets.insert(book.walletID)
    }
    if needs.walletsWithDueHolds { wallets.formUnion(walletsWithDueHolds(at: needs.time)) }
    if needs.walletsToWake { wallets.formUnion(walletsToWake(at: needs.time)) }
    for id in wallets.union(walletsWithCard) { part.accounts[id] = accounts[id] }
    for id in walletsWithCard {
      guard let card = part.accounts[id]?.defaultPaymentMethod else { continue }
      part.paymentMethods[card] = paymentMethods[card]
    }
    for account in part.accounts.values where account.mayFire {
      guard let card = account.defaultPaymentMethod else { continue }
      part.paymentMethods[card] = paymentMethods[card]
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

  /// Those first that have waited longest.
  private func walletsToWake(at time: LedgerTime) -> [WalletID] {
    let due = accounts.values.compactMap { account in
      account.wallet.autoRecharge?.wakeTime.map { (id: account.wallet.id, time: $0) }
    }
    return due.filter { $0.time <= time }.sorted { $0.time < $1.time }.prefix(Needs.largestSweep).map(\.id)
  }

  /// Those whose holds are due longest first.
  private func walletsWithDueHolds(at time: LedgerTime) -> [WalletID] {
    var wallets: [WalletID] = []
    let due = holds.values.filter { $0.isDue(at: time) }
    for hold in due.sorted(by: { ($0.expireTime, $0.id.record) < ($1.expireTime, $1.id.record) }) {
      if wallets.count < Needs.largestSweep, !wallets.contains(hold.walletID) { wallets.append(hold.walletID) }
    }
    return wallets
  }
}
