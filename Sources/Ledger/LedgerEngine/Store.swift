package import Ledger

/// Where the ledger is kept. A batch is load → decide → persist.
///
/// A store belongs to the one thread that opened it: it need not be Sendable, and no two of its calls overlap.
package protocol Store: StoreTables, SendableMetatype {
  /// As of the last commit.
  var position: Position { get }

  /// Loads everything that `needs` names, with what hangs on it: a recorded answer that follows a recharge brings
  /// that recharge, a recharge its wallet with the default card, a hold or an entry its wallet. Every wallet that is
  /// loaded and may have due holds (`Account.mayHaveDueHolds`) brings those that are due, and of its other open holds
  /// the one that expires first; one that may recharge itself (`Account.mayFire`) brings its default card.
  mutating func load(_ needs: Needs) throws(StoreError) -> LedgerState

  /// Writes `state.changes`, all or nothing. They are durable once it returns.
  mutating func persist(_ state: LedgerState) throws(StoreError)

  /// Housekeeping after a batch whose replies have left. `isIdle` says that nobody waits.
  mutating func maintain(isIdle: Bool) throws(StoreError)

  /// A wallet's whole journal, oldest first; empty for an unknown wallet.
  mutating func journal(of walletID: WalletID) throws(StoreError) -> [JournalRecord]

  /// Begins a copy of the ledger in a file of its own. It takes in what is committed until it is done.
  mutating func beginBackup() throws(BackupFailure) -> any StoreBackup
}

package enum StoreError: Error, Hashable, Sendable {
  /// Nothing of the batch was written; it may work again once there is room.
  case diskFull(String)
  /// What is durable can no longer be known. Whoever gets this stops.
  case failed(String)
}
