extension Schema {
  /// Append-only except for rare operations: a charge appends one journal row. Balances and keys are written later, in bulk.
  /// There is no index over wallet and sequence: each record names the wallet's previous record.
  ///
  /// Times are in microseconds since 1970, amounts in micros of the wallet's currency.
  static let version1 = """
    -- How far it has come: one row, written in every commit.
    CREATE TABLE ledger (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      record INTEGER NOT NULL,
      refusal INTEGER NOT NULL,
      refusal_hash BLOB NOT NULL,
      time INTEGER NOT NULL
    ) STRICT;
    INSERT INTO ledger VALUES (1, 0, 0, zeroblob(32), 0);

    CREATE TABLE wallet (
      wallet INTEGER PRIMARY KEY,  -- the record that created it
      wallet_id TEXT NOT NULL UNIQUE,
      currency TEXT NOT NULL,
      create_time INTEGER NOT NULL
    ) STRICT;

    -- Posted, held, sequence and head lag behind the journal: see current_balance.
    CREATE TABLE balance (
      wallet INTEGER PRIMARY KEY,
      posted INTEGER NOT NULL,
      held INTEGER NOT NULL,
      sequence INTEGER NOT NULL,
      head_record INTEGER NOT NULL,
      head_hash BLOB NOT NULL,
      state TEXT NOT NULL,
      open_recharge TEXT,
      default_payment_method TEXT
    ) STRICT;

    CREATE TABLE journal (
      record INTEGER PRIMARY KEY,
      wallet INTEGER NOT NULL,
      sequence INTEGER NOT NULL,
      previous INTEGER NOT NULL,  -- the wallet's record before this one, 0 at the first
      time INTEGER NOT NULL,
      kind TEXT NOT NULL,
      amount INTEGER NOT NULL,
      counter_account TEXT,
      held_change INTEGER NOT NULL,
      posted INTEGER NOT NULL,
      held INTEGER NOT NULL,
      reason TEXT,
      reference TEXT NOT NULL,
      recharge_id TEXT,
      hold_id TEXT,
      refunded_entry_id TEXT,
      shortfall INTEGER NOT NULL,
      caller TEXT NOT NULL,
      idempotency_key TEXT,
      method TEXT NOT NULL,
      fingerprint BLOB NOT NULL,
      answer BLOB NOT NULL,
      hash BLOB NOT NULL
    ) STRICT;

    CREATE TABLE refusal (
      refusal INTEGER PRIMARY KEY,
      time INTEGER NOT NULL,
      caller TEXT NOT NULL,
      idempotency_key TEXT NOT NULL,
      method TEXT NOT NULL,
      fingerprint BLOB NOT NULL,
      reason TEXT NOT NULL,
      answer BLOB NOT NULL,
      hash BLOB NOT NULL
    ) STRICT;

    -- The rows of balance show every record up to this one.
    CREATE TABLE folded (
      folded INTEGER PRIMARY KEY CHECK (folded = 1),
      record INTEGER NOT NULL
    ) STRICT;
    INSERT INTO folded VALUES (1, 0);

    -- Where the answers to keys stand, in sorted runs. Keys that came after the last run are found in the journal.
    CREATE TABLE key_run (
      run INTEGER PRIMARY KEY,
      level INTEGER NOT NULL,
      keys INTEGER NOT NULL,
      last_record INTEGER NOT NULL,
      last_refusal INTEGER NOT NULL
    ) STRICT;

    -- Which pages make up a run. A page that no run has is free.
    CREATE TABLE key_extent (
      first_page INTEGER PRIMARY KEY,
      run INTEGER NOT NULL,
      first_bucket INTEGER NOT NULL,
      pages INTEGER NOT NULL
    ) STRICT;

    -- Entries of 16 bytes: 64 bits of SHA-256 over caller, 0xFF and key; then a record, or the negative of a refusal.
    CREATE TABLE key_page (
      page INTEGER PRIMARY KEY,
      entries BLOB NOT NULL
    ) STRICT;

    CREATE TABLE hold (
      hold INTEGER PRIMARY KEY,  -- the record that placed it
      hold_id TEXT NOT NULL,
      wallet INTEGER NOT NULL,
      record INTEGER NOT NULL,  -- the one that changed it last
      state TEXT NOT NULL,
      amount INTEGER NOT NULL,
      remaining INTEGER NOT NULL,
      captured INTEGER NOT NULL,
      shortfall INTEGER NOT NULL,
      is_late INTEGER NOT NULL,
      reason TEXT NOT NULL,
      reference TEXT NOT NULL,
      caller TEXT NOT NULL,
      expire_time INTEGER NOT NULL,
      create_time INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX open_hold ON hold (wallet, expire_time) WHERE state = 'HELD';
    CREATE INDEX due_hold ON hold (expire_time) WHERE state = 'HELD';

    -- Entries that were refunded, wholly or in part.
    CREATE TABLE refunded_entry (
      entry INTEGER PRIMARY KEY,  -- the record of the charge or capture
      record INTEGER NOT NULL,  -- the last refund's
      refunded INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE recharge (
      recharge_id TEXT PRIMARY KEY,
      wallet INTEGER NOT NULL,
      record INTEGER NOT NULL,  -- its last transition
      state TEXT NOT NULL,
      amount INTEGER NOT NULL,
      purpose TEXT NOT NULL,
      processor_charge_id TEXT UNIQUE,
      explanation TEXT,
      create_time INTEGER NOT NULL,
      update_time INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX open_recharge ON recharge (create_time)
      WHERE state IN ('PROCESSING', 'AUTHENTICATION_REQUIRED', 'NEEDS_REVIEW');

    CREATE TABLE payment_method (
      payment_method_id TEXT PRIMARY KEY,
      wallet INTEGER NOT NULL,
      token TEXT NOT NULL,
      brand TEXT NOT NULL,
      last4 TEXT NOT NULL,
      expiry_month INTEGER NOT NULL,
      expiry_year INTEGER NOT NULL,
      billing_name TEXT NOT NULL,
      billing_email TEXT NOT NULL,
      billing_country TEXT NOT NULL,
      billing_postal_code TEXT NOT NULL,
      create_time INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    """
}
