package import Ledger
package import LedgerEngine

extension SQLiteStore {
  package mutating func load(_ needs: Needs) throws(StoreError) -> LedgerState {
    var state = LedgerState(position: position)
    var histories = needs.histories
    var recharges = needs.recharges
    var refunds = needs.refunds
    for key in needs.keys {
      guard let recorded = try recordedOutcome(for: key) else { continue }
      state.recordedOutcomes[key] = recorded
      switch recorded.body {
      case .recharge(let id): recharges.insert(id)
      case .rechargeRefund(let id): refunds.insert(id)
      case .payload, .refusal: break
      }
    }
    for id in refunds {
      if let recharge = try rechargeID(of: id) { histories.insert(recharge) }
    }
    for chargeID in needs.processorChargeIDs {
      guard let id = try rechargeID(ofCharge: chargeID) else { continue }
      state.processorCharges[chargeID] = id
      if needs.chargesOfRecharges.contains(chargeID) { recharges.insert(id) }
    }
    if needs.openMatters { recharges.formUnion(try loadOpenMatters(into: &state)) }
    var wallets = needs.wallets
    var walletsWithCards = needs.walletsWithCards
    for id in recharges.union(histories) {
      guard let book = try recharge(id) else { continue }
      state.recharges[id] = book
      walletsWithCards.insert(book.recharge.walletID)
    }
    for id in histories {
      for book in try self.refunds(of: id) { state.refunds[book.refund.id] = book }
      for book in try disputes(of: id) { state.disputes[book.dispute.id] = book }
    }
    for id in needs.disputes { state.disputes[id] = try dispute(id) }
    for id in needs.holds {
      guard let hold = try hold(id) else { continue }
      state.holds[id] = hold
      wallets.insert(hold.walletID)
    }
    for id in needs.entries {
      guard let record = try storedRecord(id.record), record.entryID == id else { continue }
      state.entryRecords[id] = record
      state.entries[id] = try entry(record)
      wallets.insert(record.walletID)
    }
    for id in needs.paymentMethodsWithWallets {
      guard let paymentMethod = try paymentMethod(id) else { continue }
      state.paymentMethods[id] = paymentMethod
      walletsWithCards.insert(paymentMethod.walletID)
    }
    if needs.walletsWithDueHolds {
      wallets.formUnion(try walletsWithDueHolds(at: needs.time, atMost: Needs.largestSweep))
    }
    if needs.walletsToWake {
      wallets.formUnion(try walletsToWake(at: needs.time, atMost: Needs.largestSweep))
    }
    try load(wallets, withCards: walletsWithCards, into: &state)
    for id in needs.paymentMethods { state.paymentMethods[id] = try paymentMethod(id) }
    for (walletID, account) in state.accounts where account.mayHaveDueHolds(at: needs.time) {
      for hold in try dueHolds(of: walletID, at: needs.time) { state.holds[hold.id] = hold }
    }
    return state
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
      if let open = stored.account.openRecharge, state.recharges[open] == nil {
        state.recharges[open] = try recharge(open)
      }
    }
    for account in state.accounts.values where account.mayFire {
      if let id = account.defaultPaymentMethod { state.paymentMethods[id] = try paymentMethod(id) }
    }
  }

  /// Returns the open recharges: they bring their wallets.
  private func loadOpenMatters(into state: inout LedgerState) throws(StoreError) -> Set<RechargeID> {
    state.openRecharges = try openRecharges()
    for book in try openRefunds() {
      state.refunds[book.refund.id] = book
      state.openRefunds.insert(book.refund.id)
    }
    for id in try paymentMethods(statements.selectRemovedPaymentMethods) {
      state.paymentMethods[id] = try paymentMethod(id)
      state.removedPaymentMethods.insert(id)
    }
    return state.openRecharges
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

  mutating func account(_ walletID: WalletID) throws(StoreError) -> Account? {
    try stored(walletID)?.account
  }

  mutating func stored(_ walletID: WalletID) throws(StoreError) -> StoredAccount? {
    if let known = accounts[walletID] { return known }
    let select = statements.selectWallet
    select.bind(1, walletID.value)
    defer { select.reset() }
    guard try select.step() else { return nil }
    guard let currency = Currency(code: select.text(1)), let state = WalletState(rawValue: select.text(5)),
      let hash = select.digest(8)
    else { throw .failed("wallet \(walletID) has a damaged row") }
    let wallet = Wallet(
      id: walletID,
      currency: currency,
      posted: select.int64(3),
      held: select.int64(4),
      state: state,
      sequence: select.int64(6),
      createTime: LedgerTime(microseconds: select.int64(2)),
      autoRecharge: try autoRecharge(ofWalletRow: select.int64(0), in: currency)
    )
    let holds = try openHolds(ofWalletRow: select.int64(0))
    let account = Account(
      wallet: wallet,
      head: ChainHead(record: select.int64(7), hash: hash),
      openRecharge: select.optionalText(9).map { RechargeID($0) },
      defaultPaymentMethod: select.optionalText(10).map { PaymentMethodID($0) },
      cardExpiry: select.isNull(11) ? nil : CalendarMonth(number: select.int64(11)),
      openRefunds: try openRefunds(ofWalletRow: select.int64(0)),
      openDisputes: try openDisputes(ofWalletRow: select.int64(0)),
      openHolds: holds.count,
      nextHoldExpiry: holds.nextExpiry
    )
    let stored = StoredAccount(row: select.int64(0), account: account)
    accounts.keep(stored)
    return stored
  }

  private func recordedOutcome(for key: IdempotencyKey) throws(StoreError) -> RecordedOutcome? {
    guard let number = try keyIndex.answer(for: key) else { return nil }
    if number < 0 { return try recordedRefusal(-number) }
    guard let record = try storedRecord(number) else { throw .failed("record \(number) is lost") }
    let payload = try decode(record.payload, of: "record \(number)")
    return RecordedOutcome(
      method: record.origin.method,
      fingerprint: record.origin.fingerprint,
      body: RecordedOutcome.Body(of: record, payload)
    )
  }

  /// Where a scan goes on, a command that needs a damaged record cannot.
  func storedRecord(_ number: Int64) throws(StoreError) -> JournalRecord? {
    switch try scannedRecord(number) {
    case nil: return nil
    case .row(let record): return record
    case .damaged(let reason): throw .failed(reason)
    }
  }

  private func recharge(_ id: RechargeID) throws(StoreError) -> RechargeBook? {
    let select = statements.selectRecharge
    select.bind(1, id.value)
    defer { select.reset() }
    guard try select.step() else { return nil }
    guard let reply = RechargeReply(try decode(select.bytes(1), of: "recharge \(id)")) else {
      throw .failed("recharge \(id) is damaged")
    }
    return RechargeBook(reply: reply, record: select.int64(0))
  }

  private func rechargeID(ofCharge chargeID: String) throws(StoreError) -> RechargeID? {
    let select = statements.selectRechargeOfCharge
    select.bind(1, chargeID)
    defer { select.reset() }
    return try select.step() ? RechargeID(select.text(0)) : nil
  }

  private func openRecharges() throws(StoreError) -> Set<RechargeID> {
    let select = statements.selectOpenRecharges
    defer { select.reset() }
    var ids: Set<RechargeID> = []
    while try select.step() { ids.insert(RechargeID(select.text(0))) }
    return ids
  }

  private func savedPaymentMethods(ofWalletRow row: Int64) throws(StoreError) -> [PaymentMethodID] {
    let select = statements.selectSavedPaymentMethods
    select.bind(1, row)
    return try paymentMethods(select)
  }

  private func paymentMethods(_ select: Statement) throws(StoreError) -> [PaymentMethodID] {
    defer { select.reset() }
    var ids: [PaymentMethodID] = []
    while try select.step() { ids.append(PaymentMethodID(select.text(0))) }
    return ids
  }

  func paymentMethod(_ id: PaymentMethodID) throws(StoreError) -> PaymentMethod? {
    let select = statements.selectPaymentMethod
    select.bind(1, id.value)
    defer { select.reset() }
    guard try select.step() else { return nil }
    guard let state = PaymentMethodState(rawValue: select.text(11)) else { throw .failed("card \(id) is damaged") }
    return PaymentMethod(
      id: id,
      walletID: WalletID(select.text(0)),
      token: PaymentMethodToken(select.text(1)),
      card: Card(
        brand: select.text(2),
        last4: select.text(3),
        expiryMonth: Int32(truncatingIfNeeded: select.int64(4)),
        expiryYear: Int32(truncatingIfNeeded: select.int64(5))
      ),
      billing: BillingDetails(
        name: select.text(6),
        email: select.text(7),
        country: select.text(8),
        postalCode: select.text(9)
      ),
      createTime: LedgerTime(microseconds: select.int64(10)),
      state: state
    )
  }

  func decode(_ bytes: [UInt8], of row: String) throws(StoreError) -> RecordPayload {
    do {
      return try RecordPayload(canonicalBytes: bytes)
    } catch {
      throw .failed("\(row) is damaged")
    }
  }
}
