import Ledger
import LedgerStore

/// The ledger in one SQLite file, by one connection on one thread.
///
/// `locking_mode=EXCLUSIVE` keeps everyone else out and the log's index in memory; with WAL and `synchronous=FULL` a
/// commit is one write and one sync of the log.
package struct SQLiteStore: Store {
  package internal(set) var position: Position

  let directory: DataDirectory
  let connection: Connection
  let statements: Statements
  var keyIndex: KeyIndex
  /// Wallets as they were last committed, so that a busy wallet is read from disk once.
  var accounts: [WalletID: StoredAccount] = [:]

  /// A wallet costs about 300 bytes here.
  static let mostCachedAccounts = 16_384
  /// A checkpoint of this many pages (80 MB) writes each hot page once instead of once per batch.
  static let framesBeforeCheckpoint = 20_000
  /// Worth copying while nobody waits, so that a restart reads a short log.
  static let framesBeforeIdleCheckpoint = 1_000

  struct StoredAccount {
    var row: Int64
    var account: Account
  }

  /// Opens the ledger in `directory`, creating both where they are missing.
  ///
  /// - Parameter firstSlot: Where the search for a key begins; the same at every opening.
  /// - Throws: `StoreError.failed` when another process has the directory, or the file is not a ledger of a version
  ///   that this program knows.
  package init(
    directory path: String,
    firstSlot: @escaping (IdempotencyKey) -> Int64 = KeyIndex.firstSlot
  ) throws(StoreError) {
    directory = try DataDirectory(path: path)
    try directory.createDatabaseFile()
    connection = try Connection(path: directory.databasePath)
    try connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    try SQLiteStore.useLog(connection)
    try connection.execute("PRAGMA synchronous = FULL")
    try connection.execute("PRAGMA trusted_schema = OFF")
    try connection.execute("PRAGMA cell_size_check = ON")
    // Statement journals and sorters stay out of the file system; 32 MiB of pages.
    try connection.execute("PRAGMA temp_store = MEMORY")
    try connection.execute("PRAGMA cache_size = -32768")
    try Schema.prepare(connection)
    statements = try Statements(connection)
    keyIndex = try KeyIndex(connection, firstSlot: firstSlot)
    position = try SQLiteStore.lastPosition(connection)
  }

  package mutating func maintain(isIdle: Bool) throws(StoreError) {
    let enough = isIdle ? SQLiteStore.framesBeforeIdleCheckpoint : SQLiteStore.framesBeforeCheckpoint
    if connection.framesInLog >= enough { try connection.checkpoint() }
  }

  /// A file system that cannot keep a log would leave SQLite in another mode without an error.
  private static func useLog(_ connection: Connection) throws(StoreError) {
    let mode = try Statement(connection, "PRAGMA journal_mode = WAL")
    guard try mode.step(), mode.text(0) == "wal" else {
      throw .failed("the data directory cannot hold a write-ahead log")
    }
  }

  private static func lastPosition(_ connection: Connection) throws(StoreError) -> Position {
    let statement = try Statement(
      connection,
      """
      SELECT ifnull((SELECT max(record) FROM journal), 0), ifnull((SELECT max(refusal) FROM refusal), 0),
        max(
          ifnull((SELECT time FROM journal ORDER BY record DESC LIMIT 1), 0),
          ifnull((SELECT time FROM refusal ORDER BY refusal DESC LIMIT 1), 0))
      """
    )
    _ = try statement.step()
    return Position(
      record: statement.int64(0),
      refusal: statement.int64(1),
      time: LedgerTime(microseconds: statement.int64(2))
    )
  }
}
