import Ledger
import LedgerEngine

extension SQLiteStore {
  mutating func account(_ walletID: WalletID) throws(StoreError) -> Account? {
    try stored(walletID)?.account
  }

  mutating func stored(_ walletID: WalletID) throws(StoreError) -> StoredAccount? {
    if let known = accounts[walletID] { return known }
    let stored = try readStored(walletID)
    if let stored { accounts.keep(stored) }
    return stored
  }

  /// Reads a wallet that is not in memory.
  func readStored(_ walletID: WalletID) throws(StoreError) -> StoredAccount? {
    if let damage = unsoundWallets[walletID] { throw .damaged(damage) }
    return try reading("wallet \(walletID)") { () throws(StoreError) in try storedOnDisk(walletID) }
  }

  /// Reads a wallet from its rows, and compares it with its last record.
  private func storedOnDisk(_ walletID: WalletID) throws(StoreError) -> StoredAccount? {
    let select = statements.wallets.select
    select.bind(.id, walletID.value)
    defer { select.reset() }
    guard let row = try select.step() else { return nil }
    let walletRow = row.int64(.wallet)
    guard let state = WalletState(rawValue: row.text(.state)), let hash = row.digest(.headHash) else {
      throw .damaged("its row was changed")
    }
    var (posted, held, sequence) = (row.int64(.posted), row.int64(.held), row.int64(.sequence))
    var head = ChainHead(record: row.int64(.headRecord), hash: hash)
    if let newer = unwrittenBalances[walletID], newer.head.record > head.record {
      (posted, held, sequence, head) = (newer.posted, newer.held, newer.sequence, newer.head)
    }
    let kept = try lastRecord(of: walletID, walletRow: walletRow, head)
    let wallet = Wallet(
      id: walletID,
      currency: kept.wallet.currency,
      posted: posted,
      held: held,
      state: state,
      sequence: sequence,
      createTime: kept.wallet.createTime,
      autoRecharge: try autoRecharge(ofWalletRow: walletRow, in: kept.wallet.currency)
    )
    // Every value is stored twice, so that a flipped bit is detected without computing a hash.
    guard kept.wallet == wallet, kept.posted == posted, kept.held == held, kept.sequence == sequence else {
      throw .damaged("it is not as its last record, \(head.record), leaves it")
    }
    let holds = try openHolds(ofWalletRow: walletRow)
    guard holds.remaining == wallet.held else { throw .damaged("its open holds are not what it holds") }
    return StoredAccount(
      row: walletRow,
      account: Account(
        wallet: wallet,
        head: head,
        openRecharge: row.optionalText(.openRecharge).map { RechargeID($0) },
        rechargesInReview: try count(statements.recharges.countInReview, ofWalletRow: walletRow),
        defaultPaymentMethod: row.optionalText(.defaultPaymentMethod).map { PaymentMethodID($0) },
        cardExpiry: row.optionalInt64(.cardExpiry).map { CalendarMonth(number: $0) },
        openRefunds: try count(statements.rechargeRefunds.countOpen, ofWalletRow: walletRow),
        openDisputes: try count(statements.disputes.countOpen, ofWalletRow: walletRow),
        openHolds: holds.count,
        nextHoldExpiry: holds.nextExpiry
      )
    )
  }

  /// Counts rows that are open. Computed, so that a change of a refund, a dispute or a review writes only its own row.
  private func count(_ select: Statement<ByID, Count>, ofWalletRow walletRow: Int64) throws(StoreError) -> Int64 {
    select.bind(.id, walletRow)
    defer { select.reset() }
    return try select.step()?.int64(.count) ?? 0
  }

  /// A wallet as its last record leaves it: the copy in its payload, and its balances in the record.
  private struct LastRecord {
    var wallet: Wallet
    var posted: Int64
    var held: Int64
    var sequence: Int64
  }

  private func lastRecord(
    of walletID: WalletID,
    walletRow: Int64,
    _ head: ChainHead
  ) throws(StoreError) -> LastRecord {
    let select = statements.wallets.selectHead
    select.bind(.id, head.record)
    defer { select.reset() }
    guard let row = try select.step() else { throw .damaged("its last record, \(head.record), is lost") }
    guard row.int64(.wallet) == walletRow, row.digest(.hash) == head.hash,
      var wallet = RecordPayload.wallet(inCanonicalBytes: row.bytes(.answer)), wallet.id == walletID
    else { throw .damaged("it is not as its last record, \(head.record), leaves it") }
    wallet.cardWarning = nil
    return LastRecord(
      wallet: wallet,
      posted: row.int64(.posted),
      held: row.int64(.held),
      sequence: row.int64(.sequence)
    )
  }
}
