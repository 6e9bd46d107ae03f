extension Schema {
  /// Several cards for each wallet, refunds of recharges, and disputes.
  static let version3 = """
    ALTER TABLE payment_method ADD COLUMN state TEXT NOT NULL DEFAULT 'SAVED';
    -- A wallet had one card, and the others were replaced by it.
    UPDATE payment_method SET state = 'DETACHED' WHERE payment_method_id NOT IN
      (SELECT default_payment_method FROM balance WHERE default_payment_method IS NOT NULL);
    CREATE INDEX saved_payment_method ON payment_method (wallet) WHERE state = 'SAVED';
    CREATE INDEX removed_payment_method ON payment_method (create_time) WHERE state = 'REMOVED';

    ALTER TABLE auto_recharge ADD COLUMN is_disputed INTEGER NOT NULL DEFAULT 0;

    CREATE INDEX recharge_of_wallet ON recharge (wallet, create_time);

    CREATE TABLE recharge_refund (
      refund_id TEXT PRIMARY KEY,
      recharge_id TEXT NOT NULL,
      wallet INTEGER NOT NULL,
      record INTEGER NOT NULL,  -- its last transition
      state TEXT NOT NULL,
      amount INTEGER NOT NULL,
      processor_refund_id TEXT,
      explanation TEXT,
      create_time INTEGER NOT NULL,
      update_time INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX refund_of_recharge ON recharge_refund (recharge_id);
    CREATE INDEX open_recharge_refund ON recharge_refund (wallet) WHERE state IN ('PROCESSING', 'NEEDS_REVIEW');

    CREATE TABLE dispute (
      dispute_id TEXT PRIMARY KEY,
      recharge_id TEXT NOT NULL,
      wallet INTEGER NOT NULL,
      record INTEGER NOT NULL,  -- the last news of it
      state TEXT NOT NULL,
      amount INTEGER NOT NULL,
      create_time INTEGER NOT NULL,
      update_time INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX dispute_of_recharge ON dispute (recharge_id);
    CREATE INDEX open_dispute ON dispute (wallet) WHERE state = 'OPENED';
    """
}
