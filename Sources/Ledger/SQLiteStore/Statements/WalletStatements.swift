import LedgerEngine

/// Wallets and their balances.
struct WalletStatements {
  /// A wallet, by its id. Its last record is the newer of `:newer_record` and the one that its balance names.
  enum ByWalletID: Int32, SQLName { case newerRecord, id }

  /// A wallet's balance, its last record, the expiry of its default card, and how much of it is open, in one statement: each
  /// statement more costs a cold wallet 2 µs. What never changes is read from the last record, because the wallet's own row
  /// would be one more page. What is open is counted, so that a change of a refund, a dispute or a review writes only its
  /// own row.
  enum Column: Int32, SQLName {
    case wallet, posted, held, state, sequence, headRecord, headHash
    case openRecharge, defaultPaymentMethod, cardExpiry
    case lastWallet, lastSequence, lastPosted, lastHeld, lastHash, lastAnswer
    case hasAutoRecharge, hasOpenHolds, rechargesInReview, openRefunds, openDisputes
  }

  /// The columns of a wallet's row, in table order.
  enum TableColumn: Int32, SQLName { case wallet, walletID, currency, createTime }

  /// A balance, by the wallet's id.
  enum NewerBalance: Int32, SQLName { case posted, held, sequence, headRecord, headHash, walletID }

  enum Balance: Int32, SQLName {
    case posted, held, sequence, headRecord, headHash, state, openRecharge, defaultPaymentMethod, wallet
  }

  let select: Statement<ByWalletID, Column>
  let selectPage: Statement<ByPage, TableColumn>
  let insert: Statement<TableColumn, NoName>
  let insertBalance, updateBalance: Statement<Balance, NoName>
  /// Writes a balance unless the row is newer.
  let advanceBalance: Statement<NewerBalance, NoName>

  init(_ connection: Connection) throws(StoreError) {
    select = try Statement(
      connection,
      """
      SELECT wallet.wallet, balance.posted, balance.held, balance.state, balance.sequence, head_record, head_hash,
        open_recharge, default_payment_method, expiry_year * 12 + expiry_month - 1 AS card_expiry,
        last.wallet AS last_wallet, last.sequence AS last_sequence, last.posted AS last_posted, last.held AS last_held,
        last.hash AS last_hash, last.answer AS last_answer,
        EXISTS (SELECT 1 FROM auto_recharge WHERE wallet = balance.wallet) AS has_auto_recharge,
        EXISTS (SELECT 1 FROM hold WHERE wallet = balance.wallet AND state = 'HELD') AS has_open_holds,
        (SELECT count(*) FROM recharge WHERE wallet = balance.wallet AND state = 'NEEDS_REVIEW') AS recharges_in_review,
        (SELECT count(*) FROM recharge_refund WHERE wallet = balance.wallet AND state IN ('PROCESSING', 'NEEDS_REVIEW'))
          AS open_refunds,
        (SELECT count(*) FROM dispute WHERE wallet = balance.wallet AND state = 'OPENED') AS open_disputes
      FROM wallet LEFT JOIN balance USING (wallet)
        LEFT JOIN payment_method ON payment_method_id = default_payment_method
        LEFT JOIN journal AS last ON last.record = max(head_record, :newer_record)
      WHERE wallet_id = :id
      """
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
