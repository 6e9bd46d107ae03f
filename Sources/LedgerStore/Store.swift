import Ledger

/// Where the ledger is kept. A batch is load → decide → persist.
///
/// A store belongs to the one thread that opened it: it need not be Sendable, and no two of its calls overlap.
package protocol Store: SendableMetatype {
  /// As of the last commit.
  var position: Position { get }

  /// Loads everything that `needs` names, with what hangs on it: a recorded answer that follows a recharge brings
  /// that recharge, a recharge its wallet with the default card.
  mutating func load(_ needs: Needs) throws(StoreError) -> LedgerState

  /// Writes `state.changes`, all or nothing. They are durable once it returns.
  mutating func persist(_ state: LedgerState) throws(StoreError)

  /// Housekeeping after a batch whose replies have left. `isIdle` says that nobody waits.
  mutating func maintain(isIdle: Bool) throws(StoreError)

  /// A wallet's whole journal, oldest first; empty for an unknown wallet.
  mutating func journal(of walletID: WalletID) throws(StoreError) -> [JournalRecord]
}

package enum StoreError: Error, Hashable, Sendable {
  /// Nothing of the batch was written; it may work again once there is room.
  case diskFull(String)
  /// What is durable can no longer be known. Whoever gets this stops.
  case failed(String)
}
