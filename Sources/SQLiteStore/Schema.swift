import LedgerStore

/// The tables, and the rule of who may open which version of them.
///
/// Append-only but for what is rare: a charge appends one journal row. Balances and keys follow later, in bulk. There
/// is no index over wallet and sequence: each row names the wallet's row before it.
enum Schema {
  static let version: Int64 = 1
  /// "CRED", as file(1) and SQLite show it.
  static let applicationID: Int64 = 0x4352_4544

  static func prepare(_ connection: Connection) throws(StoreError) {
    let found = try pragma("user_version", connection)
    let application = try pragma("application_id", connection)
    let isEmpty = try number("SELECT count(*) FROM sqlite_schema", connection) == 0
    if isEmpty, application == 0 { return try create(connection) }
    guard application == applicationID else { throw .failed("the database is not a credits ledger") }
    guard found <= version else {
      throw .failed("the ledger has schema version \(found), this program knows up to \(version): use a newer program")
    }
    guard found == version else { throw .failed("the ledger has unknown schema version \(found)") }
  }

  private static func create(_ connection: Connection) throws(StoreError) {
    try connection.execute("BEGIN IMMEDIATE")
    try connection.execute(tables)
    try connection.execute(views)
    try connection.execute("PRAGMA application_id = \(applicationID)")
    try connection.execute("PRAGMA user_version = \(version)")
    try connection.execute("COMMIT")
  }

  private static func pragma(_ name: String, _ connection: Connection) throws(StoreError) -> Int64 {
    try number("PRAGMA \(name)", connection)
  }

  private static func number(_ sql: String, _ connection: Connection) throws(StoreError) -> Int64 {
    let statement = try Statement(connection, sql)
    return try statement.step() ? statement.int64(0) : 0
  }

  /// Times are microseconds since 1970, amounts micros of the wallet's currency.
  private static let tables = """
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

  /// For people with sqlite3 and a backup.
  private static let views = """
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
