import Ledger
import Synchronization

/// Passes scans from callers to the committer's thread, and wakes waiting scans for their readers.
final class ScanQueue: Sendable {
  typealias ID = Int

  struct Arrival: Sendable {
    let id: ID
    /// Creates the scan on the committer's thread.
    let make: @Sendable (WalletFeeds) -> any Scan
    /// Whether the scan is a watch, which has no end of its own and is ended when the server begins to shut down.
    let isWatch: Bool
  }

  /// Everything that happened since the last delivery.
  struct Delivery {
    var arrivals: [Arrival] = []
    /// Scans that have work again, or whose readers have left.
    var woken: [ID] = []
    /// Wallets whose last watch has ended.
    var abandonedFeeds: Set<WalletID> = []
    /// Whether all watches have to end. Set once.
    var watchesEnd = false
  }

  private struct State {
    var delivery = Delivery()
    var nextID: ID = 0
    var refusesWatches = false
    /// The reason why the queue takes no more scans; nil while it is open.
    var closed: ScanError?
  }

  private let state = Mutex(State())
  /// Wakes the committer's thread.
  private let wake: @Sendable () -> Void

  init(wake: @escaping @Sendable () -> Void) { self.wake = wake }

  static let shuttingDown = ScanError.ledger(.unavailable("the ledger is shutting down"))

  func newID() -> ID {
    state.withLock { state in
      defer { state.nextID += 1 }
      return state.nextID
    }
  }

  /// Returns a relay whose reader wakes the scan `id`.
  func relay<Element>(of type: Element.Type, capacity: Int, to id: ID) -> Relay<Element> {
    Relay(capacity: capacity) { [weak self] in self?.wake(id) }
  }

  /// Adds a scan. If the queue is closed, the scan fails immediately on the caller's thread.
  func post(_ id: ID, isWatch: Bool = false, _ make: @escaping @Sendable (WalletFeeds) -> any Scan) {
    let refusal = state.withLock { state -> ScanError? in
      if let closed = state.closed { return closed }
      if isWatch, state.refusesWatches { return Self.shuttingDown }
      state.delivery.arrivals.append(Arrival(id: id, make: make, isWatch: isWatch))
      return nil
    }
    if let refusal { make(WalletFeeds(self)).fail(refusal) } else { wake() }
  }

  private func wake(_ id: ID) {
    state.withLock { $0.delivery.woken.append(id) }
    wake()
  }

  /// Reports that the last watch of a wallet has ended.
  func feedAbandoned(_ walletID: WalletID) {
    state.withLock { _ = $0.delivery.abandonedFeeds.insert(walletID) }
    wake()
  }

  /// Ends all watches, and refuses new ones.
  func endWatches() {
    state.withLock { state in
      state.refusesWatches = true
      state.delivery.watchesEnd = true
    }
    wake()
  }

  /// Takes everything that arrived since the last call.
  func take() -> Delivery {
    state.withLock { state in
      defer { state.delivery = Delivery() }
      return state.delivery
    }
  }

  /// Refuses further scans. Scans that have not been taken fail.
  func close(_ error: ScanError) {
    let delivery = state.withLock { state -> Delivery in
      state.closed = error
      defer { state.delivery = Delivery() }
      return state.delivery
    }
    for arrival in delivery.arrivals { arrival.make(WalletFeeds(self)).fail(error) }
  }
}
