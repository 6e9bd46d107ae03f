package import Ledger
import Synchronization

/// What a watch of a wallet delivers.
package enum WalletUpdate: Sendable {
  /// The wallet as it was when the watch began.
  /// Indirect, so that thousands of watches do not each have room for a wallet in several places.
  indirect case snapshot(Wallet)
  case change(SharedChange)
}

/// The change at which a watch of a wallet begins.
package enum WatchStart: Hashable, Sendable {
  /// The current wallet, then every change.
  case snapshot
  /// Every change with a higher sequence.
  case after(sequence: Int64)
}

/// The changes of one wallet in order, without gaps, for one reader.
///
/// A watch that begins in the past is first fed by a scan of the ledger, and then by the wallet's feed, as any other.
package final class WalletUpdates: Sendable {
  /// What the scan passes on.
  enum Element: Sendable {
    case update(WalletUpdate)
    /// Everything else comes from the feed.
    case follows(ChangeReader)
  }

  private struct State {
    var reader: ChangeReader?
    var taken: ArraySlice<SharedChange> = []
  }

  private let relay: Relay<Element>
  private let state = Mutex(State())

  init(_ relay: Relay<Element>) { self.relay = relay }

  /// Returns the next update, or nil at the end. Supports one reader at a time.
  ///
  /// - Throws: ``ScanError``, or `CancellationError` when the reader's task is cancelled.
  package func next() async throws -> WalletUpdate? {
    while true {
      let (change, reader) = state.withLock { ($0.taken.popFirst(), $0.reader) }
      if let change { return .change(change) }
      if let reader {
        let taken = try await reader.next()
        state.withLock { $0.taken = taken[...] }
        continue
      }
      switch try await relay.next() {
      case .update(let update)?: return update
      case .follows(let reader)?: state.withLock { $0.reader = reader }
      case nil: return nil
      }
    }
  }

  /// Called when the reader leaves.
  package func abandon() {
    relay.abandon()
    // Released outside the lock.
    let reader = state.withLock { $0.reader.take() }
    _ = reader
  }
}
