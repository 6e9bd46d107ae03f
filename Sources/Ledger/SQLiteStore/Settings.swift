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
    package var cacheSize = 8_192
    /// How many pages the log takes before they are copied into the database. Each copy holds up one batch: more
    /// pages make the copies rarer and cheaper in all, and the longest wait longer.
    package var framesBeforeCheckpoint = 1_000
    package var keys = KeyIndexShape()
    /// How many wallets may have changed, or records been written, since balances were last folded.
    package var accountsBeforeFold = 32_768
    package var recordsBeforeFold: Int64 = 65_536
    /// How many rows are folded at least between two batches: about a millisecond's work.
    package var rowsPerFoldSlice = 256
    /// How many accounts are kept in memory, at some 300 bytes each.
    package var cachedAccounts = 65_536

    package init() {}
  }
}

package struct KeyIndexShape: Sendable {
  /// How many new keys make a run. They are sorted at once: some 10 ms.
  package var keysPerRun = 32_768
  /// How many runs of one level make one of the next. More would be merged less often, but every new key would have to
  /// pass more filters.
  package var runsPerLevel = 8
  /// A page of 4096 bytes holds 252 keys. With 208 on average one bucket in a thousand is larger; it takes two.
  package var keysPerPage: Int64 = 208
  /// How many pages are written between two batches: about a millisecond's work.
  package var pagesPerSlice: Int64 = 32

  package init() {}
}
