import Ledger
import LedgerEngine

/// Balances are folded: a wallet's row is not written with each of its records, but once for many of them.
///
/// Until then the journal alone tells the balance, and the account in memory. Written in the order of the rows, many
/// balances share a page; written with each record, every charge would cost one.
extension SQLiteStore {
  /// Brings all rows up to date with the journal of a ledger that was closed or killed.
  static func foldJournal(_ connection: Connection, to position: Position) throws(StoreError) {
    do {
      let select = try Statement<NoName, FoldedColumn>(connection, "SELECT record FROM folded")
      guard let row = try select.step(), (0...position.record).contains(row.int64(.record)) else {
        throw .failed("the ledger does not know which balances are folded: its row is lost or damaged")
      }
    }
    try connection.transaction { () throws(StoreError) in
      try connection.execute(
        """
        UPDATE balance SET posted = newest.posted, held = newest.held, sequence = newest.sequence,
          head_record = newest.record, head_hash = newest.hash
        FROM newest WHERE balance.wallet = newest.wallet AND balance.head_record < newest.record;
        UPDATE folded SET record = (SELECT max(record) FROM journal)
          WHERE record < (SELECT max(record) FROM journal);
        """
      )
    }
  }

  /// Writes a slice of the rows that lag behind; false where it is too early for that.
  mutating func foldSlice() throws(StoreError) -> Bool {
    if fold == nil {
      guard
        accounts.unfolded.count >= settings.accountsBeforeFold
          || position.record - foldedRecord >= settings.recordsBeforeFold
      else { return false }
      fold = Fold(accounts: accounts.takeUnfolded()[...], record: position.record)
    }
    guard let current = fold else { return false }
    // Never less than a batch may bring, so that what lags behind is bounded.
    let slice = current.accounts.prefix(max(settings.rowsPerFoldSlice, 2 * lastBatchSize))
    let isLast = slice.endIndex == current.accounts.endIndex
    try connection.transaction { () throws(StoreError) in
      for stored in slice where stored.isUnfolded {
        try write(stored.account, row: stored.row, with: statements.wallets.updateBalance)
      }
      if isLast { try connection.execute("UPDATE folded SET record = \(current.record)") }
    }
    for stored in slice { stored.isUnfolded = false }
    fold?.accounts = current.accounts[slice.endIndex...]
    if isLast {
      foldedRecord = current.record
      fold = nil
    }
    return true
  }

  private enum FoldedColumn: Int32, SQLName { case record }

  struct Fold {
    /// Whose rows are still to be written, in the order of the rows.
    var accounts: ArraySlice<StoredAccount>
    /// The last record when the fold began.
    let record: Int64
  }
}
