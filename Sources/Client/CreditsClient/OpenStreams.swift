import Synchronization

/// The streams of one client that run until cancelled, so that closing the client can cancel them.
final class OpenStreams: Sendable {
  private struct State {
    var isClosed = false
    var cancellations: [Int: @Sendable () -> Void] = [:]
    var nextID = 0
  }

  private let state = Mutex(State())

  var isClosed: Bool { state.withLock { $0.isClosed } }

  /// Registers `cancel` to be called when the client closes, or calls it at once if the client is already closed.
  func add(_ cancel: @escaping @Sendable () -> Void) -> Int {
    let id = state.withLock { state -> Int? in
      guard !state.isClosed else { return nil }
      defer { state.nextID += 1 }
      state.cancellations[state.nextID] = cancel
      return state.nextID
    }
    guard let id else {
      cancel()
      return -1
    }
    return id
  }

  func remove(_ id: Int) { state.withLock { $0.cancellations[id] = nil } }

  func close() {
    let cancellations = state.withLock { state in
      state.isClosed = true
      defer { state.cancellations = [:] }
      return Array(state.cancellations.values)
    }
    for cancel in cancellations { cancel() }
  }
}
