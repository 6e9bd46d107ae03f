import Glibc
package import LedgerEngine

/// A copy of the database file as it was when the copy began, read page by page.
///
/// Commits append to the log and leave the file alone, until a checkpoint copies the log into the file. Before one does, the
/// copy reads the pages that the checkpoint will replace, and keeps them in memory until their turn comes. So nothing is
/// staged on a disk, and a ledger whose disk is full can be copied. This object stays on the store's thread.
final class SQLiteBackup: StoreBackup {
  /// The maximum number of pages kept in memory, 128 MiB: the balances of a million wallets, all of them replaced while a
  /// reader takes its time. A copy that would need more fails.
  static let mostKeptPages = 32_768
  /// 64 KiB with SQLite's default page size, as much as a stream's window usually takes.
  private static let pagesPerChunk = 16

  private let connection: Connection
  private let pageSize: Int
  private let pageCount: Int
  private var nextPage = 1
  /// Where the log has pages of the copy that a full disk has kept out of the file.
  private var logged: [Int: Int64] = [:]
  private var kept: [Int: [UInt8]] = [:]
  private var failure: BackupFailure?

  /// - Parameter isCheckpointed: Whether all of the log was copied into the file just now. The next commit overwrites it then.
  init(of connection: Connection, isCheckpointed: Bool) throws(BackupFailure) {
    self.connection = connection
    guard let pageSize = connection.number("page_size"), let pageCount = connection.number("page_count") else {
      throw BackupFailure("cannot tell how large the ledger is")
    }
    self.pageSize = pageSize
    self.pageCount = pageCount
    if !isCheckpointed { logged = try WriteAheadLog(of: connection, pageSize: pageSize).lastFrames() }
  }

  var byteCount: Int64 { Int64(pageSize) * Int64(pageCount) }

  func next() throws(BackupFailure) -> [UInt8]? {
    if let failure { throw failure }
    guard nextPage <= pageCount else { return nil }
    let end = min(nextPage + Self.pagesPerChunk, pageCount + 1)
    var bytes: [UInt8] = []
    bytes.reserveCapacity((end - nextPage) * pageSize)
    for page in nextPage..<end {
      if let kept = kept.removeValue(forKey: page) { bytes += kept } else { bytes += try read(page) }
    }
    nextPage = end
    return bytes
  }

  /// Called before a checkpoint: reads the pages that it is going to replace.
  func keepPages() {
    guard failure == nil else { return }
    do throws(BackupFailure) {
      let replaced = try WriteAheadLog(of: connection, pageSize: pageSize).lastFrames().keys
      for page in Set(logged.keys).union(replaced) {
        guard page >= nextPage, page <= pageCount, kept[page] == nil else { continue }
        guard kept.count < Self.mostKeptPages else {
          throw BackupFailure("the copy was read more slowly than the ledger changes: copy it to a faster disk")
        }
        kept[page] = try read(page)
      }
    } catch {
      failure = error
      kept = [:]
    }
    logged = [:]
  }

  private func read(_ page: Int) throws(BackupFailure) -> [UInt8] {
    let bytes =
      if let offset = logged[page] {
        connection.read(.log, at: offset, count: pageSize)
      } else {
        connection.read(.database, at: Int64(page - 1) * Int64(pageSize), count: pageSize)
      }
    guard let bytes else { throw BackupFailure("cannot read page \(page) of the ledger") }
    return bytes
  }

  /// Removes the copy that an earlier version staged here when it was killed.
  static func removeRemains(in directory: String) { unlink(directory + "/backup.partial") }
}

/// The copy in progress, if there is one.
final class CurrentBackup {
  weak var backup: SQLiteBackup?
}

extension SQLiteStore: CopyingStore {
  package func beginBackup() throws(BackupFailure) -> any StoreBackup {
    guard currentBackup.backup == nil else {
      throw BackupFailure("another backup is under way: wait until it is done")
    }
    var isCheckpointed = true
    do throws(StoreError) {
      try checkpoint()
    } catch {
      guard case .diskFull = error else { throw BackupFailure("the ledger cannot be copied: \(error)") }
      isCheckpointed = false
    }
    let backup = try SQLiteBackup(of: connection, isCheckpointed: isCheckpointed)
    currentBackup.backup = backup
    return backup
  }

  /// Copies the log into the database file, after a copy in progress has kept the pages that it still needs.
  func checkpoint() throws(StoreError) {
    currentBackup.backup?.keepPages()
    try log.checkpoint()
  }

  /// The number of frames in the log that starts a checkpoint. A longer log spares a copy in progress some pages.
  var framesBeforeCheckpoint: Int {
    let isCopying = currentBackup.backup != nil
    return isCopying
      ? settings.framesBeforeCheckpoint * Settings.logGrowthDuringBackup : settings.framesBeforeCheckpoint
  }
}
