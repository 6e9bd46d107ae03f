import LedgerEngine

/// Wallets and their balances.
struct WalletStatements {
  /// A wallet's balance and the expiry of its default card. What never changes is read from the wallet's last record, which
  /// is read anyway: the wallet's own row would be one more page.
  enum Column: Int32, SQLName {
    case wallet, posted, held, state, sequence, headRecord, headHash
    case openRecharge, defaultPaymentMethod, cardExpiry
  }

  /// The wallet in its last record.
  enum Head: Int32, SQLName { case wallet, sequence, posted, held, hash, answer }

  /// The columns of a wallet's row, in table order.
  enum TableColumn: Int32, SQLName { case wallet, walletID, currency, createTime }

  /// A balance, by the wallet's id.
  enum NewerBalance: Int32, SQLName { case posted, held, sequence, headRecord, headHash, walletID }

  enum Balance: Int32, SQLName {
    case posted, held, sequence, headRecord, headHash, state, openRecharge, defaultPaymentMethod, wallet
  }

  /// By the wallet's id.
  let select: Statement<ByID, Column>
  /// By the record's number.
  let selectHead: Statement<ByID, Head>
  let selectPage: Statement<ByPage, TableColumn>
  let insert: Statement<TableColumn, NoName>
  let insertBalance, updateBalance: Statement<Balance, NoName>
  /// Writes a balance unless the row is newer.
  let advanceBalance: Statement<NewerBalance, NoName>

  init(_ connection: Connection) throws(StoreError) {
    select = try Statement(
      connection,
      """
      SELECT wallet.wallet, posted, held, balance.state, sequence, head_record, head_hash, open_recharge,
        default_payment_method, expiry_year * 12 + expiry_month - 1 AS card_expiry
      FROM wallet LEFT JOIN balance USING (wallet)
        LEFT JOIN payment_method ON payment_method_id = default_payment_method
      WHERE wallet_id = :id
      """
    )
    selectHead = try Statement(
      connection,
      "SELECT wallet, sequence, posted, held, hash, answer FROM journal WHERE record = :id"
    )
    selectPage = try Statement(
      connection,
      "SELECT wallet, wallet_id, currency, create_time FROM wallet WHERE wallet > :after ORDER BY wallet LIMIT :limit"
    )
    insert = try Statement(connection, TableColumn.insertion(into: "wallet"))
    insertBalance = try Statement(connection, Balance.insertion(into: "balance"))
    advanceBalance = try Statement(
      connection,
      """
      UPDATE balance SET posted = :posted, held = :held, sequence = :sequence, head_record = :head_record,
        head_hash = :head_hash
      WHERE wallet = (SELECT wallet FROM wallet WHERE wallet_id = :wallet_id) AND head_record < :head_record
      """
    )
    updateBalance = try Statement(
      connection,
      """
      UPDATE balance SET posted = :posted, held = :held, sequence = :sequence, head_record = :head_record,
        head_hash = :head_hash, state = :state, open_recharge = :open_recharge,
        default_payment_method = :default_payment_method
      WHERE wallet = :wallet
      """
    )
  }
}
