package import Ledger

/// Keeps a ledger. The committer takes each batch through three steps: load, decide, persist.
///
/// A store belongs to the thread that opened it: it need not be Sendable, and no two of its calls overlap.
package protocol Store: StoreTables, SendableMetatype {
  /// Where the ledger was after the last commit that the store knows of.
  var position: Position { get }

  /// Loads everything that `needs` names, with what belongs to it: a recorded answer about a recharge brings that
  /// recharge, a recharge its wallet with the default card, a hold or an entry its wallet. Every wallet that is loaded
  /// and may have due holds (`Account.mayHaveDueHolds`) brings those that are due, and of its other open holds the one
  /// that expires first; one that may recharge itself (`Account.mayFire`) brings its default card.
  ///
  /// - Throws: `StoreError.conflict` if what was loaded does not agree with itself, because others have committed
  ///   meanwhile; `StoreError.failed` if it cannot be read.
  mutating func load(_ needs: Needs) throws(StoreError) -> LedgerState

  /// Writes all of `state.changes`, or nothing. They are durable once this returns.
  ///
  /// - Throws: `StoreError.conflict` or `StoreError.diskFull` if nothing was written, `StoreError.failed` if that is
  ///   not known.
  mutating func persist(_ state: LedgerState) throws(StoreError)

  /// Does some housekeeping after a batch, for about a millisecond. `isIdle` says that no operation waits.
  ///
  /// - Throws: `StoreError.conflict` or `StoreError.diskFull` if the work is left for another time.
  mutating func maintain(isIdle: Bool) throws(StoreError)

  /// A wallet's records from the first to the last; empty for an unknown wallet.
  mutating func journal(of walletID: WalletID) throws(StoreError) -> [JournalRecord]
}

/// A store that can copy its ledger while it continues to commit.
package protocol CopyingStore: Store {
  /// Begins a copy. It includes what is committed until it is complete.
  func beginBackup() throws(BackupFailure) -> any StoreBackup
}

package enum StoreError: Error, Hashable, Sendable {
  /// Nothing was written, and what was loaded is out of date, because others use the ledger too. The batch can be
  /// loaded and decided again at once. The string says what happened, for people.
  case conflict(String)
  /// Nothing was written. The batch can be committed once there is room.
  case diskFull(String)
  /// It is not known what is durable, or the ledger cannot be read. The committer stops.
  case failed(String)
}
