import Ledger
import LedgerStore

extension SQLiteStore {
  package mutating func load(_ needs: Needs) throws(StoreError) -> LedgerState {
    var state = LedgerState(position: position)
    var recharges = needs.recharges
    for key in needs.keys {
      guard let recorded = try recordedAnswer(for: key) else { continue }
      state.answers[key] = recorded
      if case .recharge(let id) = recorded.body { recharges.insert(id) }
    }
    for chargeID in needs.processorChargeIDs {
      state.processorCharges[chargeID] = try rechargeID(ofCharge: chargeID)
    }
    if needs.openRecharges {
      state.openRecharges = try openRecharges()
      recharges.formUnion(state.openRecharges)
    }
    var walletsWithCard = needs.walletsWithCard
    for id in recharges {
      guard let book = try recharge(id) else { continue }
      state.recharges[id] = book
      walletsWithCard.insert(book.recharge.walletID)
    }
    var wallets = needs.wallets
    for id in needs.holds {
      guard let hold = try hold(id) else { continue }
      state.holds[id] = hold
      wallets.insert(hold.walletID)
    }
    for id in needs.entries {
      guard let book = try entry(id) else { continue }
      state.entries[id] = book
      wallets.insert(book.walletID)
    }
    if needs.walletsWithDueHolds {
      wallets.formUnion(try walletsWithDueHolds(at: needs.time, atMost: Needs.largestSweep))
    }
    if needs.walletsToWake {
      wallets.formUnion(try walletsToWake(at: needs.time, atMost: Needs.largestSweep))
    }
    for walletID in wallets { state.accounts[walletID] = try account(walletID) }
    var paymentMethods = needs.paymentMethods
    for walletID in walletsWithCard {
      state.accounts[walletID] = try account(walletID)
      if let id = state.accounts[walletID]?.defaultPaymentMethod { paymentMethods.insert(id) }
    }
    for account in state.accounts.values where account.mayFire {
      if let id = account.defaultPaymentMethod { paymentMethods.insert(id) }
    }
    for id in paymentMethods { state.paymentMethods[id] = try paymentMethod(id) }
    for (walletID, account) in state.accounts where account.mayHaveDueHolds(at: needs.time) {
      for hold in try dueHolds(of: walletID, at: needs.time) { state.holds[hold.id] = hold }
    }
    return state
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
      openHolds: holds.count,
      nextHoldExpiry: holds.nextExpiry
    )
    let stored = StoredAccount(row: select.int64(0), account: account)
    accounts.keep(stored)
    return stored
  }

  private func recordedAnswer(for key: IdempotencyKey) throws(StoreError) -> RecordedAnswer? {
    guard let number = try keyIndex.answer(for: key) else { return nil }
    if number < 0 { return try recordedRefusal(-number) }
    guard let record = try storedRecord(number) else { throw .failed("record \(number) is lost") }
    let body: RecordedAnswer.Body =
      if let id = record.rechargeID { .recharge(id) } else { .fixed(try decode(record.answer, of: "record \(number)")) }
    return RecordedAnswer(method: record.origin.method, fingerprint: record.origin.fingerprint, body: body)
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
    guard case .reply(.recharge(let reply)) = try decode(select.bytes(1), of: "recharge \(id)") else {
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

  func paymentMethod(_ id: PaymentMethodID) throws(StoreError) -> PaymentMethod? {
    let select = statements.selectPaymentMethod
    select.bind(1, id.value)
    defer { select.reset() }
    guard try select.step() else { return nil }
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
      createTime: LedgerTime(microseconds: select.int64(10))
    )
  }

  func decode(_ bytes: [UInt8], of row: String) throws(StoreError) -> Answer {
    do {
      return try Answer(canonicalBytes: bytes)
    } catch {
      throw .failed("\(row) is damaged")
    }
  }
}
