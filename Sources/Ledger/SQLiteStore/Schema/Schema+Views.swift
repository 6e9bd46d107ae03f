extension Schema {
  /// Views for people who inspect a backup with sqlite3.
  static let views = """
    -- The last record of each wallet that has one which balance may not show.
    CREATE VIEW newest AS
      SELECT wallet, max(record) AS record, posted, held, sequence, hash
      FROM journal WHERE record > (SELECT record FROM folded) GROUP BY wallet;

    CREATE VIEW current_balance AS
      SELECT wallet, ifnull(newest.posted, balance.posted) AS posted, ifnull(newest.held, balance.held) AS held,
        ifnull(newest.sequence, balance.sequence) AS sequence, ifnull(newest.record, head_record) AS head_record,
        ifnull(newest.hash, head_hash) AS head_hash, state, open_recharge, default_payment_method
      FROM balance LEFT JOIN newest USING (wallet);

    -- What follows has the names of the contract.
    CREATE VIEW balances AS
      SELECT wallet_id, currency AS currency_code, \(decimal("posted")) AS posted, \(decimal("held")) AS held,
        \(decimal("posted - held")) AS available, state, sequence, open_recharge AS open_recharge_id,
        default_payment_method AS default_payment_method_id
      FROM wallet JOIN current_balance USING (wallet);

    CREATE VIEW changes AS
      SELECT record, wallet_id, sequence, \(date("time")) AS create_time, kind, caller AS actor,
        iif(reason IS NULL AND hold_id IS NULL, reference, '') AS memo, recharge_id, hold_id
      FROM journal JOIN wallet USING (wallet);

    CREATE VIEW entries AS
      SELECT \(id("record", letter: "e")) AS entry_id, wallet_id, sequence, \(entryKind) AS kind,
        \(decimal("amount")) AS amount, \(decimal("posted")) AS posted, reason, reference, caller AS actor,
        \(date("time")) AS create_time, recharge_id, hold_id, refunded_entry_id,
        \(decimal("shortfall")) AS shortfall, counter_account
      FROM journal JOIN wallet USING (wallet) WHERE counter_account IS NOT NULL;

    CREATE VIEW holds AS
      SELECT hold_id, wallet_id, state, \(decimal("amount")) AS amount, \(decimal("remaining")) AS remaining,
        \(decimal("captured")) AS captured, \(decimal("shortfall")) AS shortfall, is_late AS late, reason, reference,
        caller AS actor, \(date("expire_time")) AS expire_time, \(date("hold.create_time")) AS create_time
      FROM hold JOIN wallet USING (wallet);

    CREATE VIEW recharges AS
      SELECT recharge_id, wallet_id, \(decimal("amount")) AS amount, currency AS currency_code, state,
        iif(state = 'DECLINED', explanation, NULL) AS decline_code,
        iif(state = 'DECLINED', NULL, explanation) AS explanation,
        CASE purpose WHEN 'RECHARGE' THEN 'MANUAL' WHEN 'AUTO_RECHARGE' THEN 'AUTOMATIC' ELSE purpose END AS purpose,
        processor_charge_id, \(date("recharge.create_time")) AS create_time, \(date("update_time")) AS update_time
      FROM recharge JOIN wallet USING (wallet);

    CREATE VIEW recharge_refunds AS
      SELECT refund_id, recharge_id, wallet_id, state, \(decimal("amount")) AS amount, currency AS currency_code,
        processor_refund_id, explanation, \(date("recharge_refund.create_time")) AS create_time,
        \(date("update_time")) AS update_time
      FROM recharge_refund JOIN wallet USING (wallet);

    CREATE VIEW disputes AS
      SELECT dispute_id, recharge_id, wallet_id, state, \(decimal("amount")) AS amount, currency AS currency_code,
        \(date("dispute.create_time")) AS create_time, \(date("update_time")) AS update_time
      FROM dispute JOIN wallet USING (wallet);

    CREATE VIEW payment_methods AS
      SELECT payment_method_id, wallet_id, state, brand, last4, expiry_month, expiry_year,
        \(date("payment_method.create_time")) AS create_time
      FROM payment_method JOIN wallet USING (wallet);

    CREATE VIEW auto_recharges AS
      SELECT wallet_id, is_enabled AS enabled, \(decimal("threshold")) AS threshold, \(decimal("amount")) AS amount,
        \(decimal("monthly_limit")) AS monthly_limit,
        iif(is_enabled OR phase IN ('CHARGING', 'ACTION_REQUIRED', 'RECONCILING'), phase, 'DISABLED') AS state,
        iif(phase IN ('CHARGING', 'ACTION_REQUIRED', 'RECONCILING'), detail, NULL) AS recharge_id,
        iif(phase IN ('BACKOFF', 'SUSPENDED'), detail, NULL) AS decline_code,
        \(date("wake_time")) AS next_eligible_time, failures AS failure_count,
        iif(printf('%04d-%02d', month / 12, month % 12 + 1) = (SELECT \(month("time")) FROM ledger),
          \(decimal("reserved")), \(decimal("0"))) AS charged_this_month
      FROM auto_recharge JOIN wallet USING (wallet);

    -- Every account of the double entry; the amounts of one currency sum to zero.
    CREATE VIEW accounts AS
      SELECT 'WALLETS' AS account, currency AS currency_code, sum(posted) AS micros FROM wallet JOIN current_balance USING (wallet)
        GROUP BY currency
      UNION ALL
      SELECT counter_account, currency, -sum(amount) FROM journal JOIN wallet USING (wallet)
        WHERE counter_account IS NOT NULL GROUP BY counter_account, currency;
    """

  /// The kind of an entry, which the journal names after the change that made it.
  private static let entryKind = """
    CASE kind WHEN 'RECHARGE_PAID' THEN 'RECHARGE'
      WHEN 'RECHARGE_REFUNDED' THEN 'RECHARGE_REFUND' WHEN 'RECHARGE_REFUND_FAILED' THEN 'RECHARGE_REFUND'
      WHEN 'RECHARGE_REFUND_FOUND' THEN 'RECHARGE_REFUND' WHEN 'DISPUTE_OPENED' THEN 'DISPUTE'
      WHEN 'DISPUTE_WON' THEN 'DISPUTE' WHEN 'DISPUTE_LOST' THEN 'DISPUTE' ELSE kind END
    """

  private static func id(_ record: String, letter: String) -> String {
    "printf('\(letter)%d-%s', \(record), lower(hex(substr(fingerprint, 1, 4))))"
  }

  private static func decimal(_ micros: String) -> String {
    "printf('%s%d.%06d', iif(\(micros) < 0, '-', ''), abs(\(micros)) / 1000000, abs(\(micros)) % 1000000)"
  }

  private static func month(_ microseconds: String) -> String {
    "strftime('%Y-%m', \(microseconds) / 1000000, 'unixepoch')"
  }

  private static func date(_ microseconds: String) -> String {
    "strftime('%Y-%m-%dT%H:%M:%fZ', \(microseconds) / 1000000.0, 'unixepoch')"
  }
}
