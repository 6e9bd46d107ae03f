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

    CREATE VIEW balances AS
      SELECT wallet_id, currency, \(decimal("posted")) AS posted, \(decimal("held")) AS held,
        \(decimal("posted - held")) AS available, state, sequence, open_recharge, default_payment_method
      FROM wallet JOIN current_balance USING (wallet);

    CREATE VIEW entries AS
      SELECT record, wallet_id, sequence, \(date("time")) AS time, kind, \(decimal("amount")) AS amount,
        counter_account, \(decimal("posted")) AS posted, \(decimal("held")) AS held, reason, reference, recharge_id,
        hold_id, refunded_entry_id, \(decimal("shortfall")) AS shortfall, caller
      FROM journal JOIN wallet USING (wallet);

    CREATE VIEW holds AS
      SELECT hold_id, wallet_id, state, \(decimal("amount")) AS amount, \(decimal("remaining")) AS remaining,
        \(decimal("captured")) AS captured, \(decimal("shortfall")) AS shortfall, is_late, reason, reference, caller,
        \(date("expire_time")) AS expire_time, \(date("hold.create_time")) AS create_time
      FROM hold JOIN wallet USING (wallet);

    CREATE VIEW recharges AS
      SELECT recharge_id, wallet_id, state, \(decimal("amount")) AS amount, currency, purpose, processor_charge_id,
        explanation, \(date("recharge.create_time")) AS create_time, \(date("update_time")) AS update_time
      FROM recharge JOIN wallet USING (wallet);

    CREATE VIEW recharge_refunds AS
      SELECT refund_id, recharge_id, wallet_id, state, \(decimal("amount")) AS amount, currency, processor_refund_id,
        explanation, \(date("recharge_refund.create_time")) AS create_time, \(date("update_time")) AS update_time
      FROM recharge_refund JOIN wallet USING (wallet);

    CREATE VIEW disputes AS
      SELECT dispute_id, recharge_id, wallet_id, state, \(decimal("amount")) AS amount, currency,
        \(date("dispute.create_time")) AS create_time, \(date("update_time")) AS update_time
      FROM dispute JOIN wallet USING (wallet);

    CREATE VIEW payment_methods AS
      SELECT payment_method_id, wallet_id, state, brand, last4, expiry_month, expiry_year,
        \(date("payment_method.create_time")) AS create_time
      FROM payment_method JOIN wallet USING (wallet);

    CREATE VIEW auto_recharges AS
      SELECT wallet_id, is_enabled, \(decimal("threshold")) AS threshold, \(decimal("amount")) AS amount,
        \(decimal("monthly_limit")) AS monthly_limit, phase, detail, \(date("phase_time")) AS phase_time, failures,
        printf('%04d-%02d', month / 12, month % 12 + 1) AS month, \(decimal("reserved")) AS reserved
      FROM auto_recharge JOIN wallet USING (wallet);

    -- Every account of the double entry; the amounts of one currency sum to zero.
    CREATE VIEW accounts AS
      SELECT 'WALLETS' AS account, currency, sum(posted) AS micros FROM wallet JOIN current_balance USING (wallet)
        GROUP BY currency
      UNION ALL
      SELECT counter_account, currency, -sum(amount) FROM journal JOIN wallet USING (wallet)
        WHERE counter_account IS NOT NULL GROUP BY counter_account, currency;
    """

  private static func decimal(_ micros: String) -> String {
    "printf('%s%d.%06d', iif(\(micros) < 0, '-', ''), abs(\(micros)) / 1000000, abs(\(micros)) % 1000000)"
  }

  private static func date(_ microseconds: String) -> String {
    "strftime('%Y-%m-%dT%H:%M:%fZ', \(microseconds) / 1000000.0, 'unixepoch')"
  }
}
