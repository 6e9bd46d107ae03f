package import Ledger
package import LedgerEngine

/// The ledger in one SQLite file, by one connection on one thread.
///
/// `locking_mode=EXCLUSIVE` keeps everyone else out and the log's index in memory; with WAL and `synchronous=FULL` a
/// commit is one write and one sync of the log.
package struct SQLiteStore: Store {
  package internal(set) var position: Position

  let settings: Settings
  let directory: DataDirectory
  let connection: Connection
  let statements: Statements
  var keyIndex: KeyIndex
  var accounts: AccountCache
  /// Under way.
  var fold: Fold?
  /// The rows of `balance` show every record up to this one.
  var foldedRecord: Int64
  var lastBatchSize = 0

  /// Opens the ledger in `directory`, creating both where they are missing.
  ///
  /// - Parameter keyHash: Spreads keys evenly; the same at every opening.
  /// - Throws: `StoreError.failed` when another process has the directory, or the file is not a ledger of a version
  ///   that this program knows.
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
    // Statement journals and sorters stay out of the file system.
    try connection.execute("PRAGMA temp_store = MEMORY")
    try connection.execute("PRAGMA cache_size = -\(settings.cacheSize)")
    // Debian's default is to overwrite what is deleted; of replaced key pages that would be a second copy.
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

  /// A file system that cannot keep a log would leave SQLite in another mode without an error.
  private static func useLog(_ connection: Connection) throws(StoreError) {
    let set = try Statement<NoName, ModeColumn>(connection, "PRAGMA journal_mode = WAL")
    guard try set.step()?.text(.journalMode) == "wal" else {
      throw .failed("the data directory cannot hold a write-ahead log")
    }
  }

  private enum ModeColumn: Int32, SQLName { case journalMode }
}
