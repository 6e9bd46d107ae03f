extension Schema {
  /// The mark that ties a log to its file, and checksums for rows that the journal does not prove.
  static let version4 = """
    -- Identifies the last transaction, and the file's state when the log began: see LogMark.
    ALTER TABLE ledger ADD COLUMN log BLOB NOT NULL DEFAULT x'';

    -- Checksums of the rows; NULL in rows that an older version wrote.
    ALTER TABLE folded ADD COLUMN sum INTEGER;
    ALTER TABLE key_run ADD COLUMN sum INTEGER;
    ALTER TABLE key_page ADD COLUMN sum INTEGER;
    ALTER TABLE payment_method ADD COLUMN sum INTEGER;
    """
}
