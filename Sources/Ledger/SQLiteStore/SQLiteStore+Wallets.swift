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
    let newer = unwrittenBalances[walletID]
    let select = statements.wallets.select
    select.bind(.newerRecord, newer?.head.record ?? 0)
    select.bind(.id, walletID.value)
    defer { select.reset() }
    guard let row = try select.step() else { return nil }
    let walletRow = row.int64(.wallet)
    guard let state = WalletState(rawValue: row.text(.state)), let hash = row.digest(.headHash) else {
      throw .damaged("its row was changed")
    }
    var (posted, held, sequence) = (row.int64(.posted), row.int64(.held), row.int64(.sequence))
    var head = ChainHead(record: row.int64(.headRecord), hash: hash)
    if let newer, newer.head.record > head.record {
      (posted, held, sequence, head) = (newer.posted, newer.held, newer.sequence, newer.head)
    }
    let last = try walletInLastRecord(of: row, walletID, head)
    let hasAutoRecharge = row.bool(.hasAutoRecharge)
    let wallet = Wallet(
      id: walletID,
      currency: last.currency,
      posted: posted,
      held: held,
      state: state,
      sequence: sequence,
      createTime: last.createTime,
      autoRecharge: hasAutoRecharge ? try autoRecharge(ofWalletRow: walletRow, in: last.currency) : nil
    )
    // Every value is stored twice, so that a flipped bit is detected without computing a hash.
    guard last == wallet, row.int64(.lastPosted) == posted, row.int64(.lastHeld) == held,
      row.int64(.lastSequence) == sequence
    else { throw .damaged("it is not as its last record, \(head.record), leaves it") }
    let holds = row.bool(.hasOpenHolds) ? try openHolds(ofWalletRow: walletRow) : OpenHolds()
    guard holds.remaining == wallet.held else { throw .damaged("its open holds are not what it holds") }
    return StoredAccount(
      row: walletRow,
      account: Account(
        wallet: wallet,
        head: head,
        openRecharge: row.optionalText(.openRecharge).map { RechargeID($0) },
        rechargesInReview: row.int64(.rechargesInReview),
        defaultPaymentMethod: row.optionalText(.defaultPaymentMethod).map { PaymentMethodID($0) },
        cardExpiry: row.optionalInt64(.cardExpiry).map { CalendarMonth(number: $0) },
        openRefunds: row.int64(.openRefunds),
        openDisputes: row.int64(.openDisputes),
        openHolds: holds.count,
        nextHoldExpiry: holds.nextExpiry
      )
    )
  }

  /// Returns the wallet as the payload of its last record leaves it, without a card's warning, which is not stored.
  private func walletInLastRecord(
    of row: Row<WalletStatements.Column>,
    _ walletID: WalletID,
    _ head: ChainHead
  ) throws(StoreError) -> Wallet {
    guard let hash = row.digest(.lastHash) else { throw .damaged("its last record, \(head.record), is lost") }
    guard row.int64(.lastWallet) == row.int64(.wallet), hash == head.hash,
      var wallet = RecordPayload.wallet(inCanonicalBytes: row.bytes(.lastAnswer)), wallet.id == walletID
    else { throw .damaged("it is not as its last record, \(head.record), leaves it") }
    wallet.cardWarning = nil
    return wallet
  }
}
