extension Schema {
  /// Facts about the whole ledger, cards by their tokens, and recharges in review, which leave their wallet's slot to
  /// others.
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

    UPDATE balance SET open_recharge = NULL
      WHERE open_recharge IN (SELECT recharge_id FROM recharge WHERE state = 'NEEDS_REVIEW');
    CREATE INDEX recharge_in_review ON recharge (wallet) WHERE state = 'NEEDS_REVIEW';
    """
}
