package import Ledger
package import LedgerEngine

extension SQLiteStore {
  package mutating func load(_ needs: Needs) throws(StoreError) -> LedgerState {
    var state = LedgerState(position: position, for: needs)
    var histories = needs.histories
    var recharges = needs.recharges
    var refunds = needs.refunds
    // The subjects of recorded answers.
    var answeredRecharges: [RechargeID] = []
    var answeredRefunds: [RechargeRefundID] = []
    for key in needs.keys {
      guard let recorded = try recordedOutcome(for: key) else { continue }
      state.recordedOutcomes[key] = recorded
      switch recorded.body {
      case .recharge(let id):
        recharges.insert(id)
        answeredRecharges.append(id)
      case .rechargeRefund(let id):
        refunds.insert(id)
        answeredRefunds.append(id)
      case .payload, .refusal: break
      }
    }
    for id in refunds {
      if let recharge = try refund(id)?.refund.rechargeID { histories.insert(recharge) }
    }
    for chargeID in needs.processorChargeIDs {
      guard let id = try rechargeID(ofCharge: chargeID) else { continue }
      state.processorCharges[chargeID] = id
      if needs.chargesOfRecharges.contains(chargeID) { recharges.insert(id) }
    }
    if needs.openMatters { try loadOpenMatters(into: &state) }
    if needs.facts { state.facts = try facts() }
    var wallets = needs.wallets
    var walletsWithCards = needs.walletsWithCards
    for id in recharges.union(histories) {
      guard let found = try recharge(id) else { continue }
      state.recharges[id] = found
      walletsWithCards.insert(found.recharge.walletID)
    }
    for id in histories {
      for found in try self.refunds(of: id) { state.refunds[found.refund.id] = found }
      for found in try disputes(of: id) { state.disputes[found.dispute.id] = found }
    }
    for id in answeredRecharges where state.recharges[id] == nil { throw .damaged("recharge \(id) is lost") }
    for id in answeredRefunds where state.refunds[id] == nil { throw .damaged("refund \(id) is lost") }
    for id in needs.disputes { state.disputes[id] = try dispute(id) }
    for id in needs.holds {
      guard let hold = try hold(id) else { continue }
      state.holds[id] = hold
      wallets.insert(hold.walletID)
    }
    for id in needs.entries {
      guard let record = try provedRecord(id.record), record.entryID == id else { continue }
      state.entryRecords[id] = record
      state.entries[id] = try entry(record)
      wallets.insert(record.walletID)
    }
    var paymentMethods = needs.paymentMethodsWithWallets
    for token in needs.paymentMethodTokens { paymentMethods.formUnion(try savedPaymentMethods(withToken: token)) }
    for id in paymentMethods {
      guard let paymentMethod = try paymentMethod(id) else { continue }
      state.paymentMethods[id] = paymentMethod
      walletsWithCards.insert(paymentMethod.walletID)
    }
    try load(wallets, withCards: walletsWithCards, into: &state)
    for id in needs.paymentMethods { state.paymentMethods[id] = try paymentMethod(id) }
    for (walletID, account) in state.accounts where account.mayHaveDueHolds(at: needs.time) {
      for hold in try dueHolds(of: walletID, at: needs.time) { state.holds[hold.id] = hold }
    }
    if needs.walletsWithDueHolds {
      let due = try walletsWithDueHolds(at: needs.time, atMost: Needs.largestSweep)
      try loadReadable(due, at: needs.time, into: &state)
    }
    if needs.walletsToWake {
      let waiting = try walletsToWake(at: needs.time, atMost: Needs.largestSweep)
      try loadReadable(waiting, at: needs.time, into: &state)
    }
    try checkSlots(of: state)
    if needs.spends { try loadOpenRecharges(into: &state) }
    return state
  }

  /// Loads the wallets found by a sweep. Damaged wallets are skipped, because no caller asked for them.
  private mutating func loadReadable(
    _ wallets: [WalletID],
    at time: LedgerTime,
    into state: inout LedgerState
  ) throws(StoreError) {
    for walletID in wallets where state.accounts[walletID] == nil {
      do throws(StoreError) {
        var part = LedgerState(position: position)
        try load([walletID], withCards: [], into: &part)
        if part.accounts[walletID]?.mayHaveDueHolds(at: time) == true {
          for hold in try dueHolds(of: walletID, at: time) { part.holds[hold.id] = hold }
        }
        state.add(part)
      } catch {
        guard case .damaged = error else { throw error }
      }
    }
  }

  private mutating func load(
    _ wallets: Set<WalletID>,
    withCards walletsWithCards: Set<WalletID>,
    into state: inout LedgerState
  ) throws(StoreError) {
    for walletID in wallets { state.accounts[walletID] = try account(walletID) }
    for walletID in walletsWithCards {
      guard let stored = try stored(walletID) else { continue }
      state.accounts[walletID] = stored.account
      for id in try savedPaymentMethods(ofWalletRow: stored.row) { state.paymentMethods[id] = try paymentMethod(id) }
      if let open = stored.account.openRecharge {
        if state.recharges[open] == nil { state.recharges[open] = try recharge(open) }
        guard state.recharges[open] != nil else { throw .damaged("recharge \(open) of wallet \(walletID) is lost") }
      } else {
        try checkNothingIsOpen(stored)
      }
      for id in try rechargesInReview(of: stored) where state.recharges[id] == nil {
        state.recharges[id] = try recharge(id)
      }
      try checkDefaultCard(of: stored.account, in: state)
    }
    for account in state.accounts.values where account.mayFire {
      if walletsWithCards.contains(account.wallet.id) { continue }
      if let id = account.defaultPaymentMethod { state.paymentMethods[id] = try paymentMethod(id) }
      try checkDefaultCard(of: account, in: state)
      if let stored = try stored(account.wallet.id) { try checkNothingIsOpen(stored) }
    }
  }

  /// Loads the open recharges of the loaded wallets, which only refusals name: a damaged one costs no spend.
  private func loadOpenRecharges(into state: inout LedgerState) throws(StoreError) {
    for account in state.accounts.values {
      guard let open = account.openRecharge, state.recharges[open] == nil else { continue }
      try Self.orPass { () throws(StoreError) in state.recharges[open] = try recharge(open) }
    }
  }

  /// Loads everything open, and its wallets. Damaged items are named but not loaded, so that the others can continue.
  private mutating func loadOpenMatters(into state: inout LedgerState) throws(StoreError) {
    state.openRecharges = try openRecharges()
    for id in state.openRecharges {
      try Self.orPass { () throws(StoreError) in
        guard let found = try recharge(id) else { return }
        var part = LedgerState(position: position)
        part.recharges[id] = found
        try load([], withCards: [found.recharge.walletID], into: &part)
        try checkSlots(of: part)
        state.add(part)
      }
    }
    state.openRefunds = Set(try openRefunds())
    for id in state.openRefunds { try Self.orPass { () throws(StoreError) in state.refunds[id] = try refund(id) } }
    state.removedPaymentMethods = Set(try paymentMethods(statements.paymentMethods.selectRemoved))
    for id in state.removedPaymentMethods {
      try Self.orPass { () throws(StoreError) in state.paymentMethods[id] = try paymentMethod(id) }
    }
  }

  private static func orPass(_ body: () throws(StoreError) -> Void) throws(StoreError) {
    do throws(StoreError) {
      try body()
    } catch {
      guard case .damaged = error else { throw error }
    }
  }

  package mutating func journal(of walletID: WalletID) throws(StoreError) -> [JournalRecord] {
    var records: [JournalRecord] = []
    var next = try account(walletID)?.head.record ?? 0
    while next != 0 {
      guard let record = try storedRecord(next) else { break }
      records.append(record)
      next = record.previous
    }
    return records.reversed()
  }
}

extension LedgerState {
  /// Adds a part that was loaded separately.
  fileprivate mutating func add(_ part: LedgerState) {
    accounts.merge(part.accounts) { $1 }
    recharges.merge(part.recharges) { $1 }
    paymentMethods.merge(part.paymentMethods) { $1 }
    holds.merge(part.holds) { $1 }
  }
}
