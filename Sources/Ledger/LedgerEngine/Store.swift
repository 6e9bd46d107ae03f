package import Ledger

/// Persistent storage for a ledger. The committer takes each batch through three steps: load, decide, persist.
///
/// A store belongs to the thread that opened it: it need not be Sendable, and its calls do not overlap.
package protocol Store: StoreTables, SendableMetatype {
  /// The ledger's position after the last commit that the store knows of.
  var position: Position { get }

  /// The reason why the ledger can be read but not changed, for people; nil if it can be changed.
  var reasonToRefuseChanges: String? { get }

  /// Loads everything that `needs` names, and what belongs to it: for a recorded answer about a recharge, the recharge; for
  /// a recharge, its wallet and the default card; for a hold or an entry, its wallet. A loaded wallet that may have due
  /// holds (`Account.mayHaveDueHolds`) includes the due holds and the open hold that expires next; one that may recharge
  /// automatically (`Account.mayFire`) includes its default card; where credits are spent, one with an open recharge
  /// includes that recharge, unless it is unreadable.
  ///
  /// - Throws: `StoreError.conflict` if the loaded rows are inconsistent because others have committed meanwhile;
  /// `StoreError.damaged` if they are unreadable or contradict the journal.
  mutating func load(_ needs: Needs) throws(StoreError) -> LedgerState

  /// Writes all of `state.changes` or nothing. The changes are durable once this returns.
  ///
  /// - Throws: `StoreError.conflict`, `StoreError.diskFull` or `StoreError.damaged` if nothing was written,
  /// `StoreError.failed` if that is unknown.
  mutating func persist(_ state: LedgerState) throws(StoreError)

  /// Does housekeeping after a batch, for about a millisecond. `isIdle` is true if no operation waits.
  ///
  /// - Throws: `StoreError.conflict`, `StoreError.diskFull` or `StoreError.damaged` if the work is postponed.
  mutating func maintain(isIdle: Bool) throws(StoreError)

  /// Whether little room is left for what is written. Asked about once a second, so it must be cheap.
  var isShortOfRoom: Bool { get }

  /// Returns whether there is room for a large batch, and makes room that only it can make. Called about once a second while
  /// the disk is full.
  mutating func hasRoom() throws(StoreError) -> Bool

  /// Returns a wallet's records from first to last; empty for an unknown wallet.
  mutating func journal(of walletID: WalletID) throws(StoreError) -> [JournalRecord]
}

// A store that is sound, and has no disk of its own to watch.
extension Store {
  package var reasonToRefuseChanges: String? { nil }

  package var isShortOfRoom: Bool { false }

  package mutating func hasRoom() throws(StoreError) -> Bool { true }
}

/// A store that can copy its ledger while it continues to commit.
package protocol CopyingStore: Store {
  /// Begins a copy of the ledger as it is now.
  func beginBackup() throws(BackupFailure) -> any StoreBackup
}

/// The reason why a store's operation failed, and what that means for the ledger.
package enum StoreError: Error, Hashable, Sendable {
  /// Nothing was written, and the loaded state is out of date because others use the ledger too. The batch can be loaded
  /// and decided again at once. The string describes the conflict, for people.
  case conflict(String)
  /// Nothing was written. The batch can be committed once the disk has space.
  case diskFull(String)
  /// Nothing was written. The requested rows are unreadable or contradict the journal; the rest of the ledger is not
  /// affected. The string describes the damage, for people.
  case damaged(String)
  /// It is unknown what is durable, or the ledger as a whole cannot be used. The committer stops.
  case failed(String)
}

extension StoreError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .conflict(let reason): "the ledger has changed meanwhile: \(reason)"
    case .diskFull(let reason): "the ledger's disk is full: \(reason)"
    case .damaged(let what): "the ledger is damaged: \(what)"
    case .failed(let reason): reason
    }
  }
}
