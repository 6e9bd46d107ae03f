import LedgerEngine

/// The statements that scans read with, prepared once.
final class ScanStatements {
  let selectRecords, selectRefusals, selectWallets, selectHolds, selectRefunds: Statement
  let selectRechargeRow, selectRecharges, selectRechargesOfWallet, selectPaymentMethods: Statement

  init(_ connection: Connection) throws(StoreError) {
    selectRecords = try Statement(
      connection,
      """
      SELECT record, wallet_id, sequence, previous, time, kind, amount, counter_account, held_change,
        posted, held, reason, reference, recharge_id, hold_id, refunded_entry_id, shortfall, caller, idempotency_key,
        method, fingerprint, answer, hash
      FROM journal JOIN wallet USING (wallet) WHERE record >= ?1 ORDER BY record LIMIT ?2
      """
    )
    selectRefusals = try Statement(
      connection,
      """
      SELECT refusal, time, caller, idempotency_key, method, fingerprint, reason, answer, hash
      FROM refusal WHERE refusal >= ?1 ORDER BY refusal LIMIT ?2
      """
    )
    selectWallets = try Statement(
      connection,
      "SELECT wallet, wallet_id FROM wallet WHERE wallet > ?1 ORDER BY wallet LIMIT ?2"
    )
    selectHolds = try Statement(
      connection,
      """
      SELECT hold_id, wallet_id, currency, state, amount, remaining, captured, shortfall, is_late, reason, reference,
        caller, expire_time, hold.create_time, hold, record
      FROM hold LEFT JOIN wallet USING (wallet) WHERE hold > ?1 ORDER BY hold LIMIT ?2
      """
    )
    selectRefunds = try Statement(
      connection,
      "SELECT entry, record, refunded FROM refunded_entry WHERE entry > ?1 ORDER BY entry LIMIT ?2"
    )
    let recharge = """
      SELECT recharge_id, wallet_id, record, state, amount, purpose, processor_charge_id, explanation,
        recharge.create_time, update_time
      FROM recharge LEFT JOIN wallet USING (wallet)
      """
    selectRechargeRow = try Statement(connection, "\(recharge) WHERE recharge_id = ?1")
    selectRecharges = try Statement(
      connection,
      "\(recharge) WHERE recharge_id > ?1 ORDER BY recharge_id LIMIT ?2"
    )
    selectRechargesOfWallet = try Statement(
      connection,
      """
      SELECT recharge_id, create_time FROM recharge WHERE wallet = ?1 AND (create_time, recharge_id) < (?2, ?3)
      ORDER BY create_time DESC, recharge_id DESC LIMIT ?4
      """
    )
    selectPaymentMethods = try Statement(
      connection,
      "SELECT payment_method_id FROM payment_method WHERE payment_method_id > ?1 ORDER BY payment_method_id LIMIT ?2"
    )
  }
}
