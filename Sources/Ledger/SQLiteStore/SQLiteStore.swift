package import Ledger
package import LedgerEngine

/// A ledger in a SQLite file, accessed by one connection on one thread.
///
/// `locking_mode=EXCLUSIVE` excludes other processes and keeps the log's index in memory. With WAL and `synchronous=FULL`,
/// a commit is one write and one sync of the log.
package struct SQLiteStore: Store {
  package internal(set) var position: Position
  package internal(set) var reasonToRefuseChanges: String?

  let settings: Settings
  let directory: DataDirectory
  let connection: Connection
  let log: LedgerLog
  let statements: Statements
  var keyIndex: KeyIndex
  var accounts: AccountCache
  /// The fold in progress.
  var fold: Fold?
  /// The number of the last record included in the rows of `balance`.
  var foldedRecord: Int64
  var lastBatchSize = 0
  /// Wallets whose last records contradict their chains, with a description for people.
  var unsoundWallets: [WalletID: String] = [:]
  /// Balances at the end of the journal whose rows could not be written when the ledger was opened.
  var unwrittenBalances: [WalletID: NewestBalance] = [:]
  /// Whether the end of the journal is damaged. The next opening then has to read it again, so `folded` must not advance.
  var tailIsDamaged = false
  /// After damage, housekeeping is not retried before this record.
  var housekeepingRestsUntil: Int64 = 0
  let currentBackup = CurrentBackup()

  /// Opens the ledger in `directory`. A missing or empty directory gets a new ledger.
  ///
  /// - Parameters:
  ///   - creates: Whether a new ledger may be created.
  ///   - notice: Called during the opening with what an operator has to know.
  ///   - keyHash: Distributes keys evenly. It must be the same each time that a ledger is opened.
  /// - Throws: `StoreError.failed` if another process uses the directory, if the file is not a ledger of a known schema
  /// version, or if the files do not belong together.
  package init(
    directory path: String,
    creates: Bool = true,
    settings: Settings = Settings(),
    notice: (OpeningNotice) -> Void = { _ in },
    keyHash: @escaping (IdempotencyKey) -> UInt64 = KeyIndex.hash
  ) throws(StoreError) {
    self.settings = settings
    directory = try DataDirectory(path: path, creates: creates)
    // The files of a test's VFS are not in the file system.
    if settings.vfs == nil, try directory.findLedger(creates: creates) { notice(.newLedger(path)) }
    SQLiteBackup.removeRemains(in: path)
    let file = directory.databasePath
    connection = try SQLiteStore.using(file) { [directory] () throws(StoreError) in
      try SQLiteStore.connect(to: directory, settings)
    }
    try connection.execute("PRAGMA synchronous = \(settings.synchronous.rawValue)")
    try connection.execute("PRAGMA trusted_schema = OFF")
    try connection.execute("PRAGMA cell_size_check = ON")
    // Keep statement journals and sorters out of the file system.
    try connection.execute("PRAGMA temp_store = MEMORY")
    try connection.execute("PRAGMA cache_size = -\(settings.cacheSize)")
    // Debian's default overwrites deleted content, which would write replaced key pages a second time.
    try connection.execute("PRAGMA secure_delete = OFF")
    log = try SQLiteStore.using(file) { [connection] () throws(StoreError) in try LedgerLog(emptying: connection) }
    if settings.vfs == nil { try directory.logIsUsed() }
    position = try SQLiteStore.lastPosition(connection)
    statements = try Statements(connection)
    keyIndex = try KeyIndex(connection, log: log, shape: settings.keys, position: position, hash: keyHash)
    accounts = AccountCache(capacity: settings.cachedAccounts)
    foldedRecord = position.record
    for damage in try readTail() { notice(.damaged(damage)) }
  }

  package mutating func maintain(isIdle: Bool) throws(StoreError) {
    if connection.framesInLog >= framesBeforeCheckpoint {
      reasonToRefuseChanges = reasonToRefuseChanges ?? reasonOfMissingFile()
      return try checkpoint()
    }
    guard position.record >= housekeepingRestsUntil else { return }
    do throws(StoreError) {
      if try keyIndex.maintain(at: position) { return }
      _ = try foldSlice()
    } catch {
      if case .damaged = error { housekeepingRestsUntil = position.record + Self.recordsBetweenAttempts }
      throw error
    }
  }

  /// How many records pass before housekeeping is retried after damage: a read error may be temporary.
  private static let recordsBetweenAttempts: Int64 = 10_000

  /// Runs a part of the opening without which nothing can be served.
  private static func using<Result>(
    _ path: String,
    _ body: () throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    do throws(StoreError) {
      return try body()
    } catch {
      guard case .damaged(let what) = error else { throw error }
      throw .failed("\(path) cannot be used: \(what). Restore a backup into an empty directory")
    }
  }

  /// Opens the file and its log if they belong together.
  private static func connect(to directory: DataDirectory, _ settings: Settings) throws(StoreError) -> Connection {
    let path = directory.databasePath
    if settings.vfs == nil { try directory.findLog() }
    let file = try LogMark.ofFile(at: path, vfs: settings.vfs)
    let connection = try Connection(path: path, vfs: settings.vfs)
    // Until the log is known to belong to the file.
    connection.keepLogOnClose(true)
    try connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    let log = try LogMark.read(by: connection)
    if let pageSize = connection.number("page_size"),
      let offset = WriteAheadLog(of: connection, pageSize: pageSize).damagedOffset()
    {
      throw .failed(
        "\(directory.logPath) is damaged at byte \(offset), and changes to the ledger follow: restore a backup into an empty "
          + "directory. To go on without all that follows, cut the log off there: truncate -s \(offset) \(directory.logPath)"
      )
    }
    if let file, let log, !log.belongs(to: file) {
      throw .failed(
        "\(path) and the log beside it, \(directory.logPath), do not belong together: put back the file that the log was written "
          + "for, or, to go on with this file as it is, move the log out of the directory"
      )
    }
    connection.guardian = directory
    connection.keepLogOnClose(false)
    try useLog(connection)
    return connection
  }

  /// Sets WAL mode. On a file system without support for it, SQLite keeps another mode without reporting an error.
  static func useLog(_ connection: Connection) throws(StoreError) {
    let set = try Statement<NoName, ModeColumn>(connection, "PRAGMA journal_mode = WAL")
    guard try set.step()?.text(.journalMode) == "wal" else {
      throw .failed("the data directory cannot hold a write-ahead log")
    }
  }

  private enum ModeColumn: Int32, SQLName { case journalMode }
}

/// What an operator has to know about the opening of a ledger.
package enum OpeningNotice: Hashable, Sendable, CustomStringConvertible {
  case newLedger(String)
  /// Something is damaged. The rest of the ledger is served.
  case damaged(String)

  package var description: String {
    switch self {
    case .newLedger(let path): "new ledger in \(path)"
    case .damaged(let what): "the ledger is damaged: \(what). Have it verified, and restored from a backup"
    }
  }
}
