import LedgerStore

/// Every statement of the running store, prepared once.
final class Statements {
  let begin, commit: Statement
  let selectWallet, selectRecord, selectRefusal, selectRecharge, selectRechargeOfCharge: Statement
  let selectOpenRecharges, selectPaymentMethod: Statement
  let selectRecords, selectWallets: Statement
  let insertWallet, insertBalance, updateBalance, insertRecord, insertRefusal: Statement
  let upsertRecharge, insertPaymentMethod: Statement

  init(_ connection: Connection) throws(StoreError) {
    begin = try Statement(connection, "BEGIN IMMEDIATE")
    commit = try Statement(connection, "COMMIT")
    selectWallet = try Statement(
      connection,
      """
      SELECT wallet, currency, create_time, posted, held, state, sequence, head_record, head_hash, open_recharge,
        default_payment_method
      FROM wallet JOIN balance USING (wallet) WHERE wallet_id = ?1
      """
    )
    selectRecord = try Statement(
      connection,
      """
      SELECT record, wallet_id, sequence, previous, time, kind, amount, counter_account, posted, held, reason,
        reference, recharge_id, caller, idempotency_key, method, fingerprint, answer, hash
      FROM journal JOIN wallet USING (wallet) WHERE record = ?1
      """
    )
    selectRefusal = try Statement(
      connection,
      "SELECT caller, idempotency_key, method, fingerprint, answer FROM refusal WHERE refusal = ?1"
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
        billing_postal_code, payment_method.create_time
      FROM payment_method JOIN wallet USING (wallet) WHERE payment_method_id = ?1
      """
    )
    selectRecords = try Statement(
      connection,
      """
      SELECT record, wallet_id, sequence, previous, time, kind, amount, counter_account, posted, held, reason,
        reference, recharge_id, caller, idempotency_key, method, fingerprint, answer, hash
      FROM journal JOIN wallet USING (wallet) WHERE record >= ?1 ORDER BY record LIMIT ?2
      """
    )
    selectWallets = try Statement(
      connection,
      "SELECT wallet, wallet_id FROM wallet WHERE wallet > ?1 ORDER BY wallet LIMIT ?2"
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
        (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
      """
    )
    insertRefusal = try Statement(connection, "INSERT INTO refusal VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
    upsertRecharge = try Statement(
      connection,
      """
      INSERT INTO recharge VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
      ON CONFLICT (recharge_id) DO UPDATE SET record = ?3, state = ?4, processor_charge_id = ?7, explanation = ?8,
        update_time = ?10
      """
    )
    insertPaymentMethod = try Statement(
      connection,
      "INSERT INTO payment_method VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
    )
  }
}
