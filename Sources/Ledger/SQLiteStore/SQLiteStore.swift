package import Ledger
package import LedgerEngine

/// A ledger in a SQLite file, accessed by one connection on one thread.
///
/// `locking_mode=EXCLUSIVE` excludes other processes and keeps the log's index in memory. With WAL and `synchronous=FULL`,
/// a commit is one write and one sync of the log.
package struct SQLiteStore: Store {
  package internal(set) var position: Position

  let settings: Settings
  let directory: DataDirectory
  let connection: Connection
  let statements: Statements
  var keyIndex: KeyIndex
  var accounts: AccountCache
  /// The fold in progress.
  var fold: Fold?
  /// The number of the last record included in the rows of `balance`.
  var foldedRecord: Int64
  var lastBatchSize = 0

  /// Opens the ledger in `directory`, creating the directory and the ledger if they are missing.
  ///
  /// - Parameter keyHash: Distributes keys evenly. It must be the same each time that a ledger is opened.
  /// - Throws: `StoreError.failed` if another process uses the directory, or if the file is not a ledger of a known schema
  /// version.
  package init(
    directory path: String,
    settings: Settings = Settings(),
    keyHash: @escaping (IdempotencyKey) -> UInt64 = KeyIndex.hash
  ) throws(StoreError) {
    self.settings = settings
    directory = try DataDirectory(path: path)
    try directory.createDatabaseFile()
    SQLiteBackup.removeRemains(in: path)
    connection = try Connection(path: directory.databasePath, vfs: settings.vfs)
    try connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    try SQLiteStore.useLog(connection)
    try connection.execute("PRAGMA synchronous = \(settings.synchronous.rawValue)")
    try connection.execute("PRAGMA trusted_schema = OFF")
    try connection.execute("PRAGMA cell_size_check = ON")
    // Keep statement journals and sorters out of the file system.
    try connection.execute("PRAGMA temp_store = MEMORY")
    try connection.execute("PRAGMA cache_size = -\(settings.cacheSize)")
    // Debian's default overwrites deleted content, which would write replaced key pages a second time.
    try connection.execute("PRAGMA secure_delete = OFF")
    try Schema.prepare(connection)
    position = try SQLiteStore.lastPosition(connection)
    try SQLiteStore.foldJournal(connection, to: position)
    statements = try Statements(connection)
    keyIndex = try KeyIndex(connection, shape: settings.keys, position: position, hash: keyHash)
    accounts = AccountCache(capacity: settings.cachedAccounts)
    foldedRecord = position.record
  }

  package mutating func maintain(isIdle: Bool) throws(StoreError) {
    if connection.framesInLog >= settings.framesBeforeCheckpoint { return try connection.checkpoint() }
    if try keyIndex.maintain(at: position) { return }
    _ = try foldSlice()
  }

  /// Sets WAL mode. On a file system without support for it, SQLite keeps another mode without reporting an error.
  private static func useLog(_ connection: Connection) throws(StoreError) {
    let set = try Statement<NoName, ModeColumn>(connection, "PRAGMA journal_mode = WAL")
    guard try set.step()?.text(.journalMode) == "wal" else {
      throw .failed("the data directory cannot hold a write-ahead log")
    }
  }

  private enum ModeColumn: Int32, SQLName { case journalMode }
}
