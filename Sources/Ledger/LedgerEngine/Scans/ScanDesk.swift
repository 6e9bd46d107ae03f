import Synchronization

/// Where scans are handed over to the committer's thread, and where their readers ask it to go on.
final class ScanDesk: Sendable {
  typealias ID = Int

  struct Arrival: Sendable {
    let id: ID
    /// Makes the scan on the committer's thread.
    let make: @Sendable () -> any Scan
    /// A watch has no end of its own, so it ends when the server begins to shut down.
    let isWatch: Bool
  }

  struct Delivery {
    var arrivals: [Arrival] = []
    /// Scans that have something to do again, or that nobody waits for any more.
    var awakened: [ID] = []
    /// Set once, when watches are to end.
    var watchesEnd = false
  }

  private struct State {
    var delivery = Delivery()
    var nextID: ID = 0
    var refusesWatches = false
    /// Why nothing is taken any more.
    var closed: ScanError?
  }

  private let state = Mutex(State())
  /// Wakes the committer's thread.
  private let ring: @Sendable () -> Void

  init(ring: @escaping @Sendable () -> Void) { self.ring = ring }

  static let shuttingDown = ScanError.ledger(.unavailable("the ledger is shutting down"))

  func newID() -> ID {
    state.withLock { state in
      defer { state.nextID += 1 }
      return state.nextID
    }
  }

  /// A relay whose reader makes the scan `id` go on.
  func relay<Element>(of type: Element.Type, capacity: Int, to id: ID) -> Relay<Element> {
    Relay(capacity: capacity) { [weak self] in self?.awaken(id) }
  }

  /// Once the desk is closed, the scan fails at once, on the caller's thread.
  func post(_ id: ID, isWatch: Bool = false, _ make: @escaping @Sendable () -> any Scan) {
    let refusal = state.withLock { state -> ScanError? in
      if let closed = state.closed { return closed }
      if isWatch, state.refusesWatches { return Self.shuttingDown }
      state.delivery.arrivals.append(Arrival(id: id, make: make, isWatch: isWatch))
      return nil
    }
    if let refusal { make().fail(refusal) } else { ring() }
  }

  private func awaken(_ id: ID) {
    state.withLock { $0.delivery.awakened.append(id) }
    ring()
  }

  func endWatches() {
    state.withLock { state in
      state.refusesWatches = true
      state.delivery.watchesEnd = true
    }
    ring()
  }

  /// Everything since the last time.
  func take() -> Delivery {
    state.withLock { state in
      defer { state.delivery = Delivery() }
      return state.delivery
    }
  }

  /// Takes nothing from now on; what has not been taken in yet fails.
  func close(_ error: ScanError) {
    let delivery = state.withLock { state -> Delivery in
      state.closed = error
      defer { state.delivery = Delivery() }
      return state.delivery
    }
    for arrival in delivery.arrivals { arrival.make().fail(error) }
  }
}
