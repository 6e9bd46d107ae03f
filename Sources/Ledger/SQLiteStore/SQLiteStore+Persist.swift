package import Ledger
package import LedgerEngine

extension SQLiteStore {
  package mutating func persist(_ state: LedgerState) throws(StoreError) {
    let changed: [ChangedAccount]
    do throws(StoreError) {
      try statements.begin.run()
      changed = try write(state)
      try statements.commit.run()
    } catch {
      try connection.rollBack()
      throw error
    }
    take(changed)
    for record in state.changes.records {
      if let key = record.origin.idempotencyKey { keyIndex.add(record.number, for: key) }
    }
    for refusal in state.changes.refusals { keyIndex.add(-refusal.number, for: refusal.key) }
    lastBatchSize = state.changes.records.count
    position = state.position
  }

  /// An account as it was and as the batch leaves it.
  private struct ChangedAccount {
    let stored: StoredAccount
    let account: Account
    /// Its row of `balance` was written with the batch.
    let isFolded: Bool
  }

  private mutating func take(_ changed: [ChangedAccount]) {
    for change in changed {
      change.stored.account = change.account
      if change.isFolded {
        change.stored.isUnfolded = false
        accounts.keep(change.stored)
      } else {
        accounts.markUnfolded(change.stored)
      }
    }
  }

  private mutating func write(_ state: LedgerState) throws(StoreError) -> [ChangedAccount] {
    let changes = state.changes
    var wallets: [WalletID: StoredAccount] = [:]
    wallets.reserveCapacity(changes.wallets.count)
    for record in changes.records {
      let known = wallets[record.walletID]
      let stored = if let known { known } else { try wallet(of: record, state) }
      wallets[record.walletID] = stored
      try insert(record, walletRow: stored.row)
    }
    for refusal in changes.refusals { try insert(refusal) }
    for (id, record) in changes.holds {
      guard let hold = state.holds[id], let wallet = wallets[hold.walletID] else {
        throw .failed("hold \(id) changed without its wallet")
      }
      try upsert(hold, walletRow: wallet.row, changedBy: record)
    }
    for (id, record) in changes.refundedEntries {
      guard let book = state.entries[id] else { throw .failed("entry \(id) was refunded but is not there") }
      try upsert(book, changedBy: record)
    }
    for id in changes.recharges {
      guard let book = state.recharges[id], let wallet = wallets[book.recharge.walletID] else {
        throw .failed("recharge \(id) changed without its wallet")
      }
      try upsert(book, walletRow: wallet.row)
    }
    for id in changes.paymentMethods {
      guard let paymentMethod = state.paymentMethods[id], let wallet = wallets[paymentMethod.walletID] else {
        throw .failed("payment method \(id) changed without its wallet")
      }
      try upsert(paymentMethod, walletRow: wallet.row)
    }
    for id in changes.refunds {
      guard let book = state.refunds[id], let wallet = wallets[book.refund.walletID] else {
        throw .failed("refund \(id) changed without its wallet")
      }
      try upsert(book, walletRow: wallet.row)
    }
    for id in changes.disputes {
      guard let book = state.disputes[id], let wallet = wallets[book.dispute.walletID] else {
        throw .failed("dispute \(id) changed without its wallet")
      }
      try upsert(book, walletRow: wallet.row)
    }
    try write(state.position)
    var changed: [ChangedAccount] = []
    changed.reserveCapacity(wallets.count)
    for (walletID, stored) in wallets { changed.append(try write(walletID, stored, state)) }
    return changed
  }

  /// Writes the wallet's rows, unless the journal alone tells what changed.
  private func write(
    _ walletID: WalletID,
    _ stored: StoredAccount,
    _ state: LedgerState
  ) throws(StoreError) -> ChangedAccount {
    guard let account = state.accounts[walletID] else { throw .failed("wallet \(walletID) changed but is not there") }
    if state.changes.createdWallets.contains(walletID) {
      try insert(account.wallet, row: stored.row)
      try write(account, row: stored.row, with: statements.insertBalance)
    } else if account.isReplay(of: stored.account) {
      return ChangedAccount(stored: stored, account: account, isFolded: false)
    } else {
      try write(account, row: stored.row, with: statements.updateBalance)
      if let autoRecharge = account.wallet.autoRecharge, autoRecharge != stored.account.wallet.autoRecharge {
        try upsert(autoRecharge, walletRow: stored.row)
      }
    }
    return ChangedAccount(stored: stored, account: account, isFolded: true)
  }

  /// A new wallet's row has the number of the record that creates it.
  private mutating func wallet(of record: JournalRecord, _ state: LedgerState) throws(StoreError) -> StoredAccount {
    if record.kind == .walletCreated, let account = state.accounts[record.walletID] {
      return StoredAccount(row: record.number, account: account)
    }
    guard let stored = try stored(record.walletID) else {
      throw .failed("wallet \(record.walletID) has a record but no row")
    }
    return stored
  }

  private func insert(_ wallet: Wallet, row: Int64) throws(StoreError) {
    let insert = statements.insertWallet
    insert.bind(1, row)
    insert.bind(2, wallet.id.value)
    insert.bind(3, wallet.currency.code)
    insert.bind(4, wallet.createTime.microseconds)
    try insert.run()
  }

  func write(_ account: Account, row: Int64, with statement: Statement) throws(StoreError) {
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
    insert.bind(9, record.heldChange)
    insert.bind(10, record.posted)
    insert.bind(11, record.held)
    insert.bind(12, record.reason?.rawValue)
    insert.bind(13, record.reference)
    insert.bind(14, record.rechargeID?.value)
    insert.bind(15, record.holdID?.description)
    insert.bind(16, record.refundedEntryID?.description)
    insert.bind(17, record.shortfall)
    insert.bind(18, record.origin.caller)
    insert.bind(19, record.origin.key)
    insert.bind(20, record.origin.method.rawValue)
    insert.bind(21, record.origin.fingerprint)
    insert.bind(22, record.payload)
    insert.bind(23, record.hash)
    try insert.run()
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

  private func upsert(_ paymentMethod: PaymentMethod, walletRow: Int64) throws(StoreError) {
    let upsert = statements.upsertPaymentMethod
    upsert.bind(1, paymentMethod.id.value)
    upsert.bind(2, walletRow)
    upsert.bind(3, paymentMethod.token.secret)
    upsert.bind(4, paymentMethod.card.brand)
    upsert.bind(5, paymentMethod.card.last4)
    upsert.bind(6, Int64(paymentMethod.card.expiryMonth))
    upsert.bind(7, Int64(paymentMethod.card.expiryYear))
    upsert.bind(8, paymentMethod.billing.name)
    upsert.bind(9, paymentMethod.billing.email)
    upsert.bind(10, paymentMethod.billing.country)
    upsert.bind(11, paymentMethod.billing.postalCode)
    upsert.bind(12, paymentMethod.createTime.microseconds)
    upsert.bind(13, paymentMethod.state.rawValue)
    try upsert.run()
  }
}
