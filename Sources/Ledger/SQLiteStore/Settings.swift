extension SQLiteStore {
  /// Tuning parameters for measurements and tests. The defaults performed best in measurements.
  package struct Settings: Sendable {
    /// The values of SQLite's `synchronous` pragma.
    package enum Synchronous: String, Sendable {
      case full = "FULL"
      /// For tests that show the effect of missing syncs.
      case off = "OFF"
    }

    /// The name of a registered VFS; nil for the system's default.
    package var vfs: String?
    package var synchronous = Synchronous.full
    /// The size of SQLite's page cache, in KiB.
    package var cacheSize = 8_192
    /// The number of pages in the log before a checkpoint copies them into the database. Each checkpoint delays one batch:
    /// more pages make checkpoints rarer and cheaper overall, but the longest delay longer.
    package var framesBeforeCheckpoint = 1_000
    /// How many times longer the log may become during a backup: few enough pages for one checkpoint not to be noticed.
    static let logGrowthDuringBackup = 4
    package var keys = KeyIndexShape()
    /// The number of changed wallets, or of records written since the last fold, that starts a fold.
    package var accountsBeforeFold = 32_768
    package var recordsBeforeFold: Int64 = 65_536
    /// The minimum number of rows folded between two batches: about a millisecond of work.
    package var rowsPerFoldSlice = 256
    /// The number of accounts kept in memory, at about 300 bytes each.
    package var cachedAccounts = 65_536

    package init() {}
  }
}

/// The sizes of the key index's runs, pages and slices.
package struct KeyIndexShape: Sendable {
  /// The number of new keys in a run. They are sorted at once, which takes about 10 ms.
  package var keysPerRun = 32_768
  /// The number of runs of a level that are merged into one of the next. More runs are merged less often, but every new key
  /// has to pass more filters.
  package var runsPerLevel = 8
  /// A page of 4096 bytes holds 252 keys. With 208 on average, one bucket in a thousand is larger and takes two pages.
  package var keysPerPage: Int64 = 208
  /// The number of pages written between two batches: about a millisecond of work.
  package var pagesPerSlice: Int64 = 32

  package init() {}
}
