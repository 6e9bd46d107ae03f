import Ledger
import LedgerEngine

/// Folding of balances: a wallet's row is not written with each of its records, but once for many of them.
///
/// Until then, the balance is only in the journal and in the account in memory. Written in row order, many balances share
/// a page; written with each record, every charge would write one.
extension SQLiteStore {
  /// Returns the number of the last record included in the rows of `balance`. If it is unknown, returns 0 and the damage:
  /// the whole journal has to be read again.
  func lastFoldedRecord() throws(StoreError) -> (record: Int64, damage: String?) {
    do throws(StoreError) {
      let select = try Statement<NoName, FoldedColumn>(connection, "SELECT record, sum FROM folded")
      guard let row = try select.step() else { throw .damaged("its row is lost") }
      let record = row.int64(.record)
      guard (0...position.record).contains(record),
        row.isNull(.sum) || row.int64(.sum) == RowSum.sum(of: [record])
      else { throw .damaged("its row was changed") }
      return (record, nil)
    } catch {
      guard case .damaged(let what) = error else { throw error }
      return (0, "the ledger does not know which balances are folded: \(what)")
    }
  }

  /// Brings the rows up to date with the end of the journal. Balances that cannot be written stay in memory and are written
  /// later.
  mutating func fold(_ tail: JournalTail, from folded: Int64) throws(StoreError) {
    unwrittenBalances = tail.newest
    for wallet in unsoundWallets.keys { unwrittenBalances[wallet] = nil }
    guard !tail.newest.isEmpty else { return }
    do throws(StoreError) {
      guard !tailIsDamaged else { return try writeBalances() }
      try log.transaction { () throws(StoreError) in
        try connection.execute(
          """
          UPDATE balance SET posted = newest.posted, held = newest.held, sequence = newest.sequence,
            head_record = newest.record, head_hash = newest.hash
          FROM (
            SELECT wallet, max(record) AS record, posted, held, sequence, hash
            FROM journal WHERE record > \(folded) GROUP BY wallet
          ) AS newest
          WHERE balance.wallet = newest.wallet AND balance.head_record < newest.record
          """
        )
        try writeFolded(position.record)
      }
      unwrittenBalances = [:]
    } catch {
      switch error {
      case .diskFull: return
      case .damaged: try writeBalances()
      case .conflict, .failed: throw error
      }
    }
  }

  private func writeFolded(_ record: Int64) throws(StoreError) {
    try connection.execute("UPDATE folded SET record = \(record), sum = \(RowSum.sum(of: [record]))")
  }

  /// Writes the balances that could not be written when the ledger was opened.
  private mutating func writeBalances() throws(StoreError) {
    for (walletID, balance) in unwrittenBalances {
      do throws(StoreError) {
        try log.transaction { () throws(StoreError) in try write(balance, of: walletID) }
        unwrittenBalances[walletID] = nil
      } catch {
        switch error {
        case .damaged: continue
        case .diskFull: return
        case .conflict, .failed: throw error
        }
      }
    }
  }

  private func write(_ balance: NewestBalance, of walletID: WalletID) throws(StoreError) {
    let advance = statements.wallets.advanceBalance
    advance.bind(.posted, balance.posted)
    advance.bind(.held, balance.held)
    advance.bind(.sequence, balance.sequence)
    advance.bind(.headRecord, balance.head.record)
    advance.bind(.headHash, balance.head.hash)
    advance.bind(.walletID, walletID.value)
    try advance.run()
  }

  /// Writes a slice of the rows that lag behind; returns false if it is too early to fold.
  mutating func foldSlice() throws(StoreError) -> Bool {
    if fold == nil {
      guard
        accounts.unfolded.count >= settings.accountsBeforeFold
          || position.record - foldedRecord >= settings.recordsBeforeFold
      else { return false }
      if !unwrittenBalances.isEmpty { try writeBalances() }
      fold = Fold(accounts: accounts.takeUnfolded()[...], record: position.record)
    }
    guard let current = fold else { return false }
    // At least twice the last batch, so that the number of rows that lag behind is bounded.
    let slice = current.accounts.prefix(max(settings.rowsPerFoldSlice, 2 * lastBatchSize))
    do throws(StoreError) {
      try writeRows(of: slice)
    } catch {
      guard case .damaged = error else { throw error }
      for stored in slice { try writeRowOrWait(of: stored) }
    }
    fold?.accounts = current.accounts[slice.endIndex...]
    guard slice.endIndex == current.accounts.endIndex else { return true }
    // If a row was not written, the next opening has to find its balance in the journal.
    if !tailIsDamaged, unwrittenBalances.isEmpty, fold?.isIncomplete == false {
      try log.transaction { () throws(StoreError) in try writeFolded(current.record) }
    }
    foldedRecord = current.record
    fold = nil
    return true
  }

  private func writeRows(of slice: ArraySlice<StoredAccount>) throws(StoreError) {
    try log.transaction { () throws(StoreError) in
      for stored in slice where stored.isUnfolded {
        try write(stored.account, row: stored.row, with: statements.wallets.updateBalance)
      }
    }
    for stored in slice { stored.isUnfolded = false }
  }

  /// Writes one row. If its page is damaged, the row is left to the next fold.
  private mutating func writeRowOrWait(of stored: StoredAccount) throws(StoreError) {
    guard stored.isUnfolded else { return }
    do throws(StoreError) {
      try writeRows(of: [stored])
    } catch {
      guard case .damaged = error else { throw error }
      fold?.isIncomplete = true
      accounts.postpone(stored)
    }
  }

  private enum FoldedColumn: Int32, SQLName { case record, sum }

  struct Fold {
    /// The accounts whose rows are still to be written, in row order.
    var accounts: ArraySlice<StoredAccount>
    /// The number of the last record when the fold began.
    let record: Int64
    /// Whether a row could not be written.
    var isIncomplete = false
  }
}
