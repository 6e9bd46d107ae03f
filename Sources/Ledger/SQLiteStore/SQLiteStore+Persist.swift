package import Ledger
package import LedgerEngine

extension SQLiteStore {
  package mutating func persist(_ state: LedgerState) throws(StoreError) {
    let changed: [ChangedAccount]
    let mark = log.beginMark()
    do throws(StoreError) {
      try statements.begin.run()
      changed = try write(state, mark)
      try statements.commit.run()
    } catch {
      try connection.rollBack()
      throw error
    }
    log.committed(mark)
    take(changed)
    for record in state.changes.records {
      if let key = record.origin.idempotencyKey { keyIndex.add(.record(record.number), for: key) }
    }
    for refusal in state.changes.refusals { keyIndex.add(.refusal(refusal.number), for: refusal.key) }
    lastBatchSize = state.changes.records.count
    position = state.position
  }

  /// An account before and after the batch.
  private struct ChangedAccount {
    let stored: StoredAccount
    let account: Account
    /// Whether its row of `balance` was written with the batch.
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

  private mutating func write(_ state: LedgerState, _ mark: LogMark) throws(StoreError) -> [ChangedAccount] {
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
    for fact in changes.facts { try insert(fact) }
    for (id, record) in changes.holds {
      guard let hold = state.holds[id], let wallet = wallets[hold.walletID] else {
        throw .failed("hold \(id) changed without its wallet")
      }
      try upsert(hold, walletRow: wallet.row, changedBy: record)
    }
    for (id, record) in changes.refundedEntries {
      guard let entry = state.entries[id] else { throw .failed("entry \(id) was refunded but is not there") }
      try upsert(entry, changedBy: record)
    }
    for id in changes.recharges {
      guard let changed = state.recharges[id], let wallet = wallets[changed.recharge.walletID] else {
        throw .failed("recharge \(id) changed without its wallet")
      }
      try upsert(changed, walletRow: wallet.row)
    }
    for id in changes.paymentMethods {
      guard let paymentMethod = state.paymentMethods[id], let wallet = wallets[paymentMethod.walletID] else {
        throw .failed("payment method \(id) changed without its wallet")
      }
      try upsert(paymentMethod, walletRow: wallet.row)
    }
    for id in changes.refunds {
      guard let changed = state.refunds[id], let wallet = wallets[changed.refund.walletID] else {
        throw .failed("refund \(id) changed without its wallet")
      }
      try upsert(changed, walletRow: wallet.row)
    }
    for id in changes.disputes {
      guard let changed = state.disputes[id], let wallet = wallets[changed.dispute.walletID] else {
        throw .failed("dispute \(id) changed without its wallet")
      }
      try upsert(changed, walletRow: wallet.row)
    }
    try write(state.position, mark)
    var changed: [ChangedAccount] = []
    changed.reserveCapacity(wallets.count)
    for (walletID, stored) in wallets { changed.append(try write(walletID, stored, state)) }
    return changed
  }

  /// Writes the wallet's rows, unless the journal alone records the change.
  private func write(
    _ walletID: WalletID,
    _ stored: StoredAccount,
    _ state: LedgerState
  ) throws(StoreError) -> ChangedAccount {
    guard let account = state.accounts[walletID] else {
      throw .failed("wallet row \(stored.row) changed but is not there")
    }
    if state.changes.createdWallets.contains(walletID) {
      try insert(account.wallet, row: stored.row)
      try write(account, row: stored.row, with: statements.wallets.insertBalance)
    } else if account.isReplay(of: stored.account) {
      return ChangedAccount(stored: stored, account: account, isFolded: false)
    } else {
      try write(account, row: stored.row, with: statements.wallets.updateBalance)
      if let autoRecharge = account.wallet.autoRecharge, autoRecharge != stored.account.wallet.autoRecharge {
        try upsert(autoRecharge, walletRow: stored.row)
      }
    }
    return ChangedAccount(stored: stored, account: account, isFolded: true)
  }

  /// Returns the wallet of `record`. A new wallet's row has the number of the record that creates it.
  private mutating func wallet(of record: JournalRecord, _ state: LedgerState) throws(StoreError) -> StoredAccount {
    if record.kind == .walletCreated, let account = state.accounts[record.walletID] {
      return StoredAccount(row: record.number, account: account)
    }
    guard let stored = try stored(record.walletID) else {
      throw .damaged("the wallet of record \(record.number) has no row")
    }
    return stored
  }

  private func insert(_ wallet: Wallet, row: Int64) throws(StoreError) {
    let insert = statements.wallets.insert
    insert.bind(.wallet, row)
    insert.bind(.walletID, wallet.id.value)
    insert.bind(.currency, wallet.currency.code)
    insert.bind(.createTime, wallet.createTime.microseconds)
    try insert.run()
  }

  func write(
    _ account: Account,
    row: Int64,
    with statement: Statement<WalletStatements.Balance, NoName>
  ) throws(StoreError) {
    statement.bind(.wallet, row)
    statement.bind(.posted, account.wallet.posted)
    statement.bind(.held, account.wallet.held)
    statement.bind(.sequence, account.wallet.sequence)
    statement.bind(.headRecord, account.head.record)
    statement.bind(.headHash, account.head.hash)
    statement.bind(.state, account.wallet.state.rawValue)
    statement.bind(.openRecharge, account.openRecharge?.value)
    statement.bind(.defaultPaymentMethod, account.defaultPaymentMethod?.value)
    try statement.run()
  }

  private func insert(_ record: JournalRecord, walletRow: Int64) throws(StoreError) {
    let insert = statements.journal.insert
    insert.bind(.record, record.number)
    insert.bind(.wallet, walletRow)
    insert.bind(.sequence, record.sequence)
    insert.bind(.previous, record.previous)
    insert.bind(.time, record.time.microseconds)
    insert.bind(.kind, record.kind.rawValue)
    insert.bind(.amount, record.amount)
    insert.bind(.counterAccount, record.counterAccount?.rawValue)
    insert.bind(.heldChange, record.heldChange)
    insert.bind(.posted, record.posted)
    insert.bind(.held, record.held)
    insert.bind(.reason, record.reason?.rawValue)
    insert.bind(.reference, record.reference)
    insert.bind(.rechargeID, record.rechargeID?.value)
    insert.bind(.holdID, record.holdID?.description)
    insert.bind(.refundedEntryID, record.refundedEntryID?.description)
    insert.bind(.shortfall, record.shortfall)
    insert.bind(.caller, record.origin.caller)
    insert.bind(.idempotencyKey, record.origin.key)
    insert.bind(.method, record.origin.method.rawValue)
    insert.bind(.fingerprint, record.origin.fingerprint)
    insert.bind(.answer, record.payload)
    insert.bind(.hash, record.hash)
    try insert.run()
  }

  private func upsert(_ changed: RecordedRecharge, walletRow: Int64) throws(StoreError) {
    let recharge = changed.recharge
    let upsert = statements.recharges.upsert
    upsert.bind(.rechargeID, recharge.id.value)
    upsert.bind(.wallet, walletRow)
    upsert.bind(.record, changed.record)
    upsert.bind(.state, recharge.state.rawValue)
    upsert.bind(.amount, recharge.amount.micros)
    upsert.bind(.purpose, recharge.purpose.rawValue)
    upsert.bind(.processorChargeID, recharge.processorChargeID)
    upsert.bind(.explanation, recharge.explanation)
    upsert.bind(.createTime, recharge.createTime.microseconds)
    upsert.bind(.updateTime, recharge.updateTime.microseconds)
    try upsert.run()
  }

  private func upsert(_ paymentMethod: PaymentMethod, walletRow: Int64) throws(StoreError) {
    let upsert = statements.paymentMethods.upsert
    upsert.bind(.paymentMethodID, paymentMethod.id.value)
    upsert.bind(.wallet, walletRow)
    upsert.bind(.token, paymentMethod.token.secret)
    upsert.bind(.brand, paymentMethod.card.brand)
    upsert.bind(.last4, paymentMethod.card.last4)
    upsert.bind(.expiryMonth, Int64(paymentMethod.card.expiryMonth))
    upsert.bind(.expiryYear, Int64(paymentMethod.card.expiryYear))
    upsert.bind(.billingName, paymentMethod.billing.name)
    upsert.bind(.billingEmail, paymentMethod.billing.email)
    upsert.bind(.billingCountry, paymentMethod.billing.country)
    upsert.bind(.billingPostalCode, paymentMethod.billing.postalCode)
    upsert.bind(.billingStreet, paymentMethod.billing.street)
    upsert.bind(.billingCity, paymentMethod.billing.city)
    upsert.bind(.billingCompany, paymentMethod.billing.company)
    upsert.bind(.billingTaxID, paymentMethod.billing.taxID)
    upsert.bind(.createTime, paymentMethod.createTime.microseconds)
    upsert.bind(.state, paymentMethod.state.rawValue)
    upsert.bind(.sum, Self.sum(of: paymentMethod))
    try upsert.run()
  }

  /// The checksum of a card's row, which no single record proves.
  static func sum(of paymentMethod: PaymentMethod) -> Int64 {
    var writer = CanonicalWriter()
    writer.writeRequiredFields(of: paymentMethod)
    // Rows of older versions lack the other fields.
    let others = paymentMethod.billing.optionalFields
    if others.contains(where: { !$0.isEmpty }) { for text in others { writer.write(text) } }
    return RowSum.sum(of: writer.bytes)
  }
}
