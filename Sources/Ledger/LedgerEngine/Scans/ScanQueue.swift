import Synchronization

/// Where callers leave scans for the committer's thread, and where readers wake the scans that wait for them.
final class ScanQueue: Sendable {
  typealias ID = Int

  struct Arrival: Sendable {
    let id: ID
    /// Makes the scan on the committer's thread.
    let make: @Sendable () -> any Scan
    /// A watch has no end of its own, so it ends when the server begins to shut down.
    let isWatch: Bool
  }

  /// What happened since the last delivery.
  struct Delivery {
    var arrivals: [Arrival] = []
    /// Scans that have something to do again, or whose readers have left.
    var woken: [ID] = []
    /// Set once, when watches are to end.
    var watchesEnd = false
  }

  private struct State {
    var delivery = Delivery()
    var nextID: ID = 0
    var refusesWatches = false
    /// Why the queue takes no more scans.
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

  /// A relay whose reader wakes the scan `id`.
  func relay<Element>(of type: Element.Type, capacity: Int, to id: ID) -> Relay<Element> {
    Relay(capacity: capacity) { [weak self] in self?.wake(id) }
  }

  /// Adds a scan. Once the queue is closed, the scan fails at once, on the caller's thread.
  func post(_ id: ID, isWatch: Bool = false, _ make: @escaping @Sendable () -> any Scan) {
    let refusal = state.withLock { state -> ScanError? in
      if let closed = state.closed { return closed }
      if isWatch, state.refusesWatches { return Self.shuttingDown }
      state.delivery.arrivals.append(Arrival(id: id, make: make, isWatch: isWatch))
      return nil
    }
    if let refusal { make().fail(refusal) } else { wake() }
  }

  private func wake(_ id: ID) {
    state.withLock { $0.delivery.woken.append(id) }
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

  /// Takes everything that came since the last call.
  func take() -> Delivery {
    state.withLock { state in
      defer { state.delivery = Delivery() }
      return state.delivery
    }
  }

  /// Refuses all scans from now on. Those that have not been taken fail.
  func close(_ error: ScanError) {
    let delivery = state.withLock { state -> Delivery in
      state.closed = error
      defer { state.delivery = Delivery() }
      return state.delivery
    }
    for arrival in delivery.arrivals { arrival.make().fail(error) }
  }
}
