import LedgerEngine

/// The journal's records.
struct JournalStatements {
  enum Column: Int32, SQLName {
    case record, walletID, sequence, previous, time, kind, amount, counterAccount, heldChange, posted, held
    case reason, reference, rechargeID, holdID, refundedEntryID, shortfall, caller, idempotencyKey, method
    case fingerprint, answer, hash
  }

  enum TableColumn: Int32, SQLName {
    case record, wallet, sequence, previous, time, kind, amount, counterAccount, heldChange, posted, held
    case reason, reference, rechargeID, holdID, refundedEntryID, shortfall, caller, idempotencyKey, method
    case fingerprint, answer, hash
  }

  /// The columns that the wallet's next record depends on.
  enum Link: Int32, SQLName { case sequence, hash }

  let select: Statement<ByID, Column>
  let selectLink: Statement<ByID, Link>
  let selectPage: Statement<ByPage, Column>
  let insert: Statement<TableColumn, NoName>

  init(_ connection: Connection) throws(StoreError) {
    let records = """
      SELECT record, wallet_id, sequence, previous, time, kind, amount, counter_account, held_change, posted, held,
        reason, reference, recharge_id, hold_id, refunded_entry_id, shortfall, caller, idempotency_key, method,
        fingerprint, answer, hash
      FROM journal JOIN wallet USING (wallet)
      """
    select = try Statement(connection, "\(records) WHERE record = :id")
    selectLink = try Statement(connection, "SELECT sequence, hash FROM journal WHERE record = :id")
    selectPage = try Statement(connection, "\(records) WHERE record > :after ORDER BY record LIMIT :limit")
    insert = try Statement(connection, TableColumn.insertion(into: "journal"))
  }
}
