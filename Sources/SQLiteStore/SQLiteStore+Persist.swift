import Ledger
import LedgerStore

extension SQLiteStore {
  package mutating func persist(_ state: LedgerState) throws(StoreError) {
    do throws(StoreError) {
      try statements.begin.run()
      let written = try write(state)
      try statements.commit.run()
      for stored in written { remember(stored) }
      position = state.position
    } catch {
      accounts.removeAll()
      try connection.rollBack()
      throw error
    }
  }

  private func write(_ state: LedgerState) throws(StoreError) -> [StoredAccount] {
    let changes = state.changes
    var rows: [WalletID: Int64] = [:]
    rows.reserveCapacity(changes.wallets.count)
    for record in changes.records {
      let known = rows[record.walletID]
      let row = if let known { known } else { try row(of: record) }
      rows[record.walletID] = row
      try insert(record, walletRow: row)
    }
    for refusal in changes.refusals { try insert(refusal) }
    for id in changes.recharges {
      guard let book = state.recharges[id], let row = rows[book.recharge.walletID] else {
        throw .failed("recharge \(id) changed without its wallet")
      }
      try upsert(book, walletRow: row)
    }
    for id in changes.createdPaymentMethods {
      guard let paymentMethod = state.paymentMethods[id], let row = rows[paymentMethod.walletID] else {
        throw .failed("payment method \(id) was saved without its wallet")
      }
      try insert(paymentMethod, walletRow: row)
    }
    return try writeBalances(state, rows)
  }

  private func writeBalances(_ state: LedgerState, _ rows: [WalletID: Int64]) throws(StoreError) -> [StoredAccount] {
    var written: [StoredAccount] = []
    written.reserveCapacity(rows.count)
    for (walletID, row) in rows {
      guard let account = state.accounts[walletID] else { throw .failed("wallet \(walletID) changed but is not there") }
      let isNew = state.changes.createdWallets.contains(walletID)
      if isNew { try insert(account.wallet, row: row) }
      try write(account, row: row, with: isNew ? statements.insertBalance : statements.updateBalance)
      written.append(StoredAccount(row: row, account: account))
    }
    return written
  }

  /// A wallet's row has the number of the record that created it.
  private func row(of record: JournalRecord) throws(StoreError) -> Int64 {
    if record.kind == .walletCreated { return record.number }
    if let known = accounts[record.walletID] { return known.row }
    let select = statements.selectWallet
    select.bind(1, record.walletID.value)
    defer { select.reset() }
    guard try select.step() else { throw .failed("wallet \(record.walletID) has a record but no row") }
    return select.int64(0)
  }

  private func insert(_ wallet: Wallet, row: Int64) throws(StoreError) {
    let insert = statements.insertWallet
    insert.bind(1, row)
    insert.bind(2, wallet.id.value)
    insert.bind(3, wallet.currency.code)
    insert.bind(4, wallet.createTime.microseconds)
    try insert.run()
  }

  private func write(_ account: Account, row: Int64, with statement: Statement) throws(StoreError) {
    statement.bind(1, row)
    statement.bind(2, account.wallet.posted)
    statement.bind(3, account.wallet.held)
    statement.bind(4, account.wallet.sequence)
    statement.bind(5, account.head.record)
    statement.bind(6, account.head.hash)
    statement.bind(7, account.wallet.state.rawValue)
    statement.bind(8, account.openRecharge?.value)
    statement.bind(9, account.defaultPaymentMethod?.value)
    try statement.run()
  }

  private func insert(_ record: JournalRecord, walletRow: Int64) throws(StoreError) {
    let insert = statements.insertRecord
    insert.bind(1, record.number)
    insert.bind(2, walletRow)
    insert.bind(3, record.sequence)
    insert.bind(4, record.previous)
    insert.bind(5, record.time.microseconds)
    insert.bind(6, record.kind.rawValue)
    insert.bind(7, record.amount)
    insert.bind(8, record.counterAccount?.rawValue)
    insert.bind(9, record.posted)
    insert.bind(10, record.held)
    insert.bind(11, record.reason?.rawValue)
    insert.bind(12, record.reference)
    insert.bind(13, record.rechargeID?.value)
    insert.bind(14, record.origin.caller)
    insert.bind(15, record.origin.key)
    insert.bind(16, record.origin.method.rawValue)
    insert.bind(17, record.origin.fingerprint)
    insert.bind(18, record.answer)
    insert.bind(19, record.hash)
    try insert.run()
    if let key = record.origin.idempotencyKey { try keyIndex.add(record.number, for: key) }
  }

  private func insert(_ refusal: RememberedRefusal) throws(StoreError) {
    let insert = statements.insertRefusal
    insert.bind(1, refusal.number)
    insert.bind(2, refusal.time.microseconds)
    insert.bind(3, refusal.key.caller)
    insert.bind(4, refusal.key.key)
    insert.bind(5, refusal.method.rawValue)
    insert.bind(6, refusal.fingerprint)
    insert.bind(7, refusal.refusal.reason)
    insert.bind(8, Answer.refusal(refusal.refusal).canonicalBytes)
    try insert.run()
    try keyIndex.add(-refusal.number, for: refusal.key)
  }

  private func upsert(_ book: RechargeBook, walletRow: Int64) throws(StoreError) {
    let upsert = statements.upsertRecharge
    upsert.bind(1, book.recharge.id.value)
    upsert.bind(2, walletRow)
    upsert.bind(3, book.record)
    upsert.bind(4, book.recharge.state.rawValue)
    upsert.bind(5, book.recharge.amount.micros)
    upsert.bind(6, book.recharge.purpose.rawValue)
    upsert.bind(7, book.recharge.processorChargeID)
    upsert.bind(8, book.recharge.explanation)
    upsert.bind(9, book.recharge.createTime.microseconds)
    upsert.bind(10, book.recharge.updateTime.microseconds)
    try upsert.run()
  }

  private func insert(_ paymentMethod: PaymentMethod, walletRow: Int64) throws(StoreError) {
    let insert = statements.insertPaymentMethod
    insert.bind(1, paymentMethod.id.value)
    insert.bind(2, walletRow)
    insert.bind(3, paymentMethod.token.secret)
    insert.bind(4, paymentMethod.card.brand)
    insert.bind(5, paymentMethod.card.last4)
    insert.bind(6, Int64(paymentMethod.card.expiryMonth))
    insert.bind(7, Int64(paymentMethod.card.expiryYear))
    insert.bind(8, paymentMethod.billing.name)
    insert.bind(9, paymentMethod.billing.email)
    insert.bind(10, paymentMethod.billing.country)
    insert.bind(11, paymentMethod.billing.postalCode)
    insert.bind(12, paymentMethod.createTime.microseconds)
    try insert.run()
  }
}
