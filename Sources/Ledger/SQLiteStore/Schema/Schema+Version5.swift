extension Schema {
  /// Facts about the whole ledger, and what is looked up by the processor's names.
  static let version5 = """
    -- Append-only. The last fact of a kind is the one that holds.
    CREATE TABLE fact (
      fact INTEGER PRIMARY KEY,
      time INTEGER NOT NULL,
      kind TEXT NOT NULL,
      content BLOB NOT NULL,
      hash BLOB NOT NULL
    ) STRICT;
    CREATE INDEX fact_of_kind ON fact (kind, fact);

    ALTER TABLE ledger ADD COLUMN fact INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE ledger ADD COLUMN fact_hash BLOB NOT NULL
      DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000';

    CREATE INDEX payment_method_of_token ON payment_method (token);
    """
}
