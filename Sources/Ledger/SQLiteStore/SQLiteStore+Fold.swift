import Ledger
import LedgerEngine

/// Folding of balances: a wallet's row is not written with each of its records, but once for many of them.
///
/// Until then, the balance is only in the journal and in the account in memory. Written in row order, many balances share
/// a page; written with each record, every charge would write one.
extension SQLiteStore {
  /// Brings all rows up to date with the journal when a ledger is opened.
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

  /// Writes a slice of the rows that lag behind; returns false if it is too early to fold.
  mutating func foldSlice() throws(StoreError) -> Bool {
    if fold == nil {
      guard
        accounts.unfolded.count >= settings.accountsBeforeFold
          || position.record - foldedRecord >= settings.recordsBeforeFold
      else { return false }
      fold = Fold(accounts: accounts.takeUnfolded()[...], record: position.record)
    }
    guard let current = fold else { return false }
    // At least twice the last batch, so that the number of rows that lag behind is bounded.
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
    /// The accounts whose rows are still to be written, in row order.
    var accounts: ArraySlice<StoredAccount>
    /// The number of the last record when the fold began.
    let record: Int64
  }
}
