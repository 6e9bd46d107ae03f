package import Ledger
package import LedgerEngine

extension SQLiteStore {
  package mutating func load(_ needs: Needs) throws(StoreError) -> LedgerState {
    var state = LedgerState(position: position, for: needs)
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
      guard let found = try recharge(id) else { continue }
      state.recharges[id] = found
      walletsWithCards.insert(found.recharge.walletID)
    }
    for id in histories {
      for found in try self.refunds(of: id) { state.refunds[found.refund.id] = found }
      for found in try disputes(of: id) { state.disputes[found.dispute.id] = found }
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

  /// Loads everything open. Returns the open recharges, whose wallets have to be loaded too.
  private func loadOpenMatters(into state: inout LedgerState) throws(StoreError) -> Set<RechargeID> {
    state.openRecharges = try openRecharges()
    for found in try openRefunds() {
      state.refunds[found.refund.id] = found
      state.openRefunds.insert(found.refund.id)
    }
    for id in try paymentMethods(statements.paymentMethods.selectRemoved) {
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
    let select = statements.wallets.select
    select.bind(.id, walletID.value)
    defer { select.reset() }
    guard let row = try select.step() else { return nil }
    let walletRow = row.int64(.wallet)
    guard let currency = Currency(code: row.text(.currency)), let state = WalletState(rawValue: row.text(.state)),
      let hash = row.digest(.headHash)
    else { throw .failed("wallet \(walletID) has a damaged row") }
    let wallet = Wallet(
      id: walletID,
      currency: currency,
      posted: row.int64(.posted),
      held: row.int64(.held),
      state: state,
      sequence: row.int64(.sequence),
      createTime: LedgerTime(microseconds: row.int64(.createTime)),
      autoRecharge: try autoRecharge(ofWalletRow: walletRow, in: currency)
    )
    let holds = try openHolds(ofWalletRow: walletRow)
    let account = Account(
      wallet: wallet,
      head: ChainHead(record: row.int64(.headRecord), hash: hash),
      openRecharge: row.optionalText(.openRecharge).map { RechargeID($0) },
      defaultPaymentMethod: row.optionalText(.defaultPaymentMethod).map { PaymentMethodID($0) },
      cardExpiry: row.optionalInt64(.cardExpiry).map { CalendarMonth(number: $0) },
      openRefunds: try openRefunds(ofWalletRow: walletRow),
      openDisputes: try openDisputes(ofWalletRow: walletRow),
      openHolds: holds.count,
      nextHoldExpiry: holds.nextExpiry
    )
    let stored = StoredAccount(row: walletRow, account: account)
    accounts.keep(stored)
    return stored
  }

  private func recordedOutcome(for key: IdempotencyKey) throws(StoreError) -> RecordedOutcome? {
    let number: Int64
    switch try keyIndex.place(of: key) {
    case nil: return nil
    case .refusal(let refusal): return try recordedRefusal(refusal)
    case .record(let record): number = record
    }
    guard let record = try storedRecord(number) else { throw .failed("record \(number) is lost") }
    let payload = try decode(record.payload, of: "record \(number)")
    return RecordedOutcome(
      method: record.origin.method,
      fingerprint: record.origin.fingerprint,
      body: RecordedOutcome.Body(of: record, payload)
    )
  }

  /// Reads a record for an operation. Unlike a scan, an operation cannot continue after a damaged record.
  func storedRecord(_ number: Int64) throws(StoreError) -> JournalRecord? {
    switch try scannedRecord(number) {
    case nil: return nil
    case .row(let record): return record
    case .damaged(let reason): throw .failed(reason)
    }
  }

  private func recharge(_ id: RechargeID) throws(StoreError) -> RecordedRecharge? {
    let select = statements.recharges.selectLast
    select.bind(.id, id.value)
    defer { select.reset() }
    guard let row = try select.step() else { return nil }
    guard let reply = RechargeReply(try decode(row.bytes(.answer), of: "recharge \(id)")) else {
      throw .failed("recharge \(id) is damaged")
    }
    return RecordedRecharge(reply: reply, record: row.int64(.record))
  }

  private func rechargeID(ofCharge chargeID: String) throws(StoreError) -> RechargeID? {
    let select = statements.recharges.selectIDOfCharge
    select.bind(.id, chargeID)
    defer { select.reset() }
    return try select.step().map { RechargeID($0.text(.rechargeID)) }
  }

  private func openRecharges() throws(StoreError) -> Set<RechargeID> {
    let select = statements.recharges.selectOpen
    defer { select.reset() }
    var ids: Set<RechargeID> = []
    while let row = try select.step() { ids.insert(RechargeID(row.text(.rechargeID))) }
    return ids
  }

  private func savedPaymentMethods(ofWalletRow row: Int64) throws(StoreError) -> [PaymentMethodID] {
    let select = statements.paymentMethods.selectSaved
    select.bind(.id, row)
    return try paymentMethods(select)
  }

  private func paymentMethods<Parameter>(
    _ select: Statement<Parameter, PaymentMethodStatements.IDColumn>
  ) throws(StoreError) -> [PaymentMethodID] {
    defer { select.reset() }
    var ids: [PaymentMethodID] = []
    while let row = try select.step() { ids.append(PaymentMethodID(row.text(.paymentMethodID))) }
    return ids
  }

  func paymentMethod(_ id: PaymentMethodID) throws(StoreError) -> PaymentMethod? {
    let select = statements.paymentMethods.select
    select.bind(.id, id.value)
    defer { select.reset() }
    guard let row = try select.step() else { return nil }
    guard let state = PaymentMethodState(rawValue: row.text(.state)) else { throw .failed("card \(id) is damaged") }
    return PaymentMethod(
      id: id,
      walletID: WalletID(row.text(.walletID)),
      token: PaymentMethodToken(row.text(.token)),
      card: Card(
        brand: row.text(.brand),
        last4: row.text(.last4),
        expiryMonth: Int32(truncatingIfNeeded: row.int64(.expiryMonth)),
        expiryYear: Int32(truncatingIfNeeded: row.int64(.expiryYear))
      ),
      billing: BillingDetails(
        name: row.text(.billingName),
        email: row.text(.billingEmail),
        country: row.text(.billingCountry),
        postalCode: row.text(.billingPostalCode)
      ),
      createTime: LedgerTime(microseconds: row.int64(.createTime)),
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
