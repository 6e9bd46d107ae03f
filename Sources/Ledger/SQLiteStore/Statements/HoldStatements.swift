import LedgerEngine

/// Holds.
struct HoldStatements {
  enum Column: Int32, SQLName {
    case holdID, walletID, currency, state, amount, remaining, captured, shortfall, isLate, reason, reference, caller
    case expireTime, createTime, hold, record
  }

  enum AmountColumn: Int32, SQLName { case expireTime, remaining }

  enum WalletColumn: Int32, SQLName { case walletID }

  /// Open holds that expire after a given one.
  enum After: Int32, SQLName { case expireTime, hold, limit }

  enum AfterInWallet: Int32, SQLName { case wallet, expireTime, hold, limit }

  /// The table's columns, in table order.
  enum TableColumn: Int32, SQLName {
    case hold, holdID, wallet, record, state, amount, remaining, captured, shortfall, isLate, reason, reference, caller
    case expireTime, createTime
  }

  let select: Statement<ByID, Column>
  /// By the wallet's id, in order of expiry.
  let selectOpen: Statement<ByID, Column>
  let selectPage: Statement<ByPage, Column>
  /// By the wallet's row, in order of expiry.
  let selectOpenAmounts: Statement<ByID, AmountColumn>
  let selectOpenPage: Statement<After, Column>
  let selectOpenPageOfWallet: Statement<AfterInWallet, Column>
  let selectDueWallets: Statement<ByTime, WalletColumn>
  let upsert: Statement<TableColumn, NoName>

  init(_ connection: Connection) throws(StoreError) {
    let columns = """
      SELECT hold_id, wallet_id, currency, state, amount, remaining, captured, shortfall, is_late, reason, reference,
        caller, expire_time, hold.create_time, hold, record
      """
    select = try Statement(connection, "\(columns) FROM hold JOIN wallet USING (wallet) WHERE hold = :id")
    selectOpen = try Statement(
      connection,
      """
      \(columns) FROM hold JOIN wallet USING (wallet) WHERE wallet_id = :id AND state = 'HELD' ORDER BY expire_time
      """
    )
    selectPage = try Statement(
      connection,
      "\(columns) FROM hold LEFT JOIN wallet USING (wallet) WHERE hold > :after ORDER BY hold LIMIT :limit"
    )
    selectOpenAmounts = try Statement(
      connection,
      "SELECT expire_time, remaining FROM hold WHERE wallet = :id AND state = 'HELD' ORDER BY expire_time"
    )
    let open = """
      state = 'HELD' AND (expire_time, hold) > (:expire_time, :hold) ORDER BY expire_time, hold LIMIT :limit
      """
    selectOpenPage = try Statement(
      connection,
      "\(columns) FROM hold INDEXED BY due_hold LEFT JOIN wallet USING (wallet) WHERE \(open)"
    )
    selectOpenPageOfWallet = try Statement(
      connection,
      "\(columns) FROM hold INDEXED BY open_hold LEFT JOIN wallet USING (wallet) WHERE wallet = :wallet AND \(open)"
    )
    // Groups only the due holds, which the sweeper keeps few.
    selectDueWallets = try Statement(
      connection,
      """
      SELECT wallet_id FROM hold JOIN wallet USING (wallet) WHERE state = 'HELD' AND expire_time <= :time
      GROUP BY wallet ORDER BY min(expire_time) LIMIT :limit
      """
    )
    upsert = try Statement(
      connection,
      """
      \(TableColumn.insertion(into: "hold"))
      ON CONFLICT (hold) DO UPDATE SET record = :record, state = :state, amount = :amount, remaining = :remaining,
        captured = :captured, shortfall = :shortfall, is_late = :is_late, expire_time = :expire_time
      """
    )
  }
}
