extension SQLiteStore {
  /// What measurements and tests turn; the standard values are those that were measured best.
  package struct Settings: Sendable {
    /// The raw values are SQLite's own.
    package enum Synchronous: String, Sendable {
      case full = "FULL"
      /// For the tests that show what goes wrong without syncs.
      case off = "OFF"
    }

    /// The name of a registered VFS; nil for the system's own.
    package var vfs: String?
    package var synchronous = Synchronous.full
    /// SQLite's page cache, in KiB.
    package var cacheSize = 16_384
    /// How many pages the log takes before they are copied into the database. Each copy holds up one batch.
    package var framesBeforeCheckpoint = 4_000
    /// How many new keys make a sorted run.
    package var keysPerRun = 65_536
    /// How many wallets may have changed, or records been written, since balances were last folded.
    package var accountsBeforeFold = 32_768
    package var recordsBeforeFold: Int64 = 65_536
    /// How many accounts are kept in memory, at some 300 bytes each.
    package var cachedAccounts = 65_536

    package init() {}
  }
}
