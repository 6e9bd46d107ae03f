import LedgerEngine

/// Every statement of the running store, prepared once.
final class Statements {
  let begin, commit: Statement
  let selectWallet, selectRecord, selectRefusal, selectRecharge, selectRechargeOfCharge: Statement
  let selectOpenRecharges, selectPaymentMethod, selectSavedPaymentMethods, selectRemovedPaymentMethods: Statement
  let refunds: RefundStatements
  let scans: ScanStatements
  let insertWallet, insertBalance, updateBalance, insertRecord, insertRefusal: Statement
  let upsertRecharge, upsertPaymentMethod, updatePosition: Statement
  let selectHold, selectOpenHolds, summarizeOpenHolds, selectWalletsWithDueHolds, upsertHold: Statement
  let selectRefunded, upsertRefunded: Statement
  let selectAutoRecharge, upsertAutoRecharge, selectWalletsToWake: Statement

  init(_ connection: Connection) throws(StoreError) {
    scans = try ScanStatements(connection)
    refunds = try RefundStatements(connection)
    begin = try Statement(connection, "BEGIN IMMEDIATE")
    commit = try Statement(connection, "COMMIT")
    selectWallet = try Statement(
      connection,
      """
      SELECT wallet.wallet, currency, wallet.create_time, posted, held, balance.state, sequence, head_record, head_hash,
        open_recharge, default_payment_method, expiry_year * 12 + expiry_month - 1
      FROM wallet JOIN balance USING (wallet)
        LEFT JOIN payment_method ON payment_method_id = default_payment_method
      WHERE wallet_id = ?1
      """
    )
    let record = """
      SELECT record, wallet_id, sequence, previous, time, kind, amount, counter_account, held_change, posted, held,
        reason, reference, recharge_id, hold_id, refunded_entry_id, shortfall, caller, idempotency_key, method,
        fingerprint, answer, hash
      FROM journal JOIN wallet USING (wallet)
      """
    selectRecord = try Statement(connection, "\(record) WHERE record = ?1")
    selectRefusal = try Statement(
      connection,
      "SELECT time, caller, idempotency_key, method, fingerprint, answer, hash FROM refusal WHERE refusal = ?1"
    )
    selectRecharge = try Statement(
      connection,
      """
      SELECT record, answer FROM recharge JOIN journal USING (record) WHERE recharge.recharge_id = ?1
      """
    )
    selectRechargeOfCharge = try Statement(
      connection,
      "SELECT recharge_id FROM recharge WHERE processor_charge_id = ?1"
    )
    selectOpenRecharges = try Statement(
      connection,
      "SELECT recharge_id FROM recharge WHERE state IN ('PROCESSING', 'AUTHENTICATION_REQUIRED', 'NEEDS_REVIEW')"
    )
    selectPaymentMethod = try Statement(
      connection,
      """
      SELECT wallet_id, token, brand, last4, expiry_month, expiry_year, billing_name, billing_email, billing_country,
        billing_postal_code, payment_method.create_time, state
      FROM payment_method JOIN wallet USING (wallet) WHERE payment_method_id = ?1
      """
    )
    selectSavedPaymentMethods = try Statement(
      connection,
      "SELECT payment_method_id FROM payment_method WHERE wallet = ?1 AND state = 'SAVED'"
    )
    selectRemovedPaymentMethods = try Statement(
      connection,
      "SELECT payment_method_id FROM payment_method WHERE state = 'REMOVED'"
    )
    insertWallet = try Statement(connection, "INSERT INTO wallet VALUES (?1, ?2, ?3, ?4)")
    insertBalance = try Statement(connection, "INSERT INTO balance VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
    updateBalance = try Statement(
      connection,
      """
      UPDATE balance SET posted = ?2, held = ?3, sequence = ?4, head_record = ?5, head_hash = ?6, state = ?7,
        open_recharge = ?8, default_payment_method = ?9
      WHERE wallet = ?1
      """
    )
    insertRecord = try Statement(
      connection,
      """
      INSERT INTO journal VALUES
        (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
          ?21, ?22, ?23)
      """
    )
    insertRefusal = try Statement(connection, "INSERT INTO refusal VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
    upsertRecharge = try Statement(
      connection,
      """
      INSERT INTO recharge VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
      ON CONFLICT (recharge_id) DO UPDATE SET record = ?3, state = ?4, processor_charge_id = ?7, explanation = ?8,
        update_time = ?10
      """
    )
    upsertPaymentMethod = try Statement(
      connection,
      """
      INSERT INTO payment_method VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
      ON CONFLICT (payment_method_id) DO UPDATE SET state = ?13
      """
    )
    updatePosition = try Statement(
      connection,
      "UPDATE ledger SET record = ?1, refusal = ?2, refusal_hash = ?3, time = ?4"
    )
    let hold = """
      SELECT hold_id, wallet_id, currency, state, amount, remaining, captured, shortfall, is_late, reason, reference,
        caller, expire_time, hold.create_time
      FROM hold JOIN wallet USING (wallet)
      """
    selectHold = try Statement(connection, "\(hold) WHERE hold = ?1")
    summarizeOpenHolds = try Statement(
      connection,
      "SELECT count(*), min(expire_time) FROM hold WHERE wallet = ?1 AND state = 'HELD'"
    )
    selectOpenHolds = try Statement(
      connection,
      "\(hold) WHERE wallet_id = ?1 AND state = 'HELD' ORDER BY expire_time"
    )
    selectAutoRecharge = try Statement(
      connection,
      """
      SELECT is_enabled, threshold, amount, monthly_limit, phase, detail, phase_time, failures, month, reserved, wake_time,
        is_disputed
      FROM auto_recharge WHERE wallet = ?1
      """
    )
    upsertAutoRecharge = try Statement(
      connection,
      "INSERT OR REPLACE INTO auto_recharge VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
    )
    selectWalletsToWake = try Statement(
      connection,
      """
      SELECT wallet_id FROM auto_recharge JOIN wallet USING (wallet) WHERE wake_time <= ?1
      ORDER BY wake_time LIMIT ?2
      """
    )
    // Grouped over the due holds, which the sweeper keeps few.
    selectWalletsWithDueHolds = try Statement(
      connection,
      """
      SELECT wallet_id FROM hold JOIN wallet USING (wallet) WHERE state = 'HELD' AND expire_time <= ?1
      GROUP BY wallet ORDER BY min(expire_time) LIMIT ?2
      """
    )
    upsertHold = try Statement(
      connection,
      """
      INSERT INTO hold VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
      ON CONFLICT (hold) DO UPDATE SET record = ?4, state = ?5, amount = ?6, remaining = ?7, captured = ?8,
        shortfall = ?9, is_late = ?10, expire_time = ?14
      """
    )
    selectRefunded = try Statement(connection, "SELECT refunded FROM refunded_entry WHERE entry = ?1")
    upsertRefunded = try Statement(
      connection,
      """
      INSERT INTO refunded_entry VALUES (?1, ?2, ?3) ON CONFLICT (entry) DO UPDATE SET record = ?2, refunded = ?3
      """
    )
  }
}
