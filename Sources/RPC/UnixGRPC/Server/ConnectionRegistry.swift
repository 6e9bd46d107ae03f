import Synchronization

/// Tracks a server's open connections, limits them in all and per user, and drains them at shutdown.
final class ConnectionRegistry: Sendable {
  private struct State {
    var shares: ConnectionShares
    var strangers = StrangerRate()
    var connections: [ObjectIdentifier: ServerConnection] = [:]
    var isDraining = false
    var emptied: CheckedContinuation<Void, Never>?
  }

  private let state: Mutex<State>

  init(_ shares: ConnectionShares) {
    state = Mutex(State(shares: shares))
  }

  /// Counts a connection that was accepted from `user`, or returns why it must be closed. ``add(_:)`` has to follow.
  ///
  /// - Parameter isKnown: Whether a rule lets the user call something.
  func admit(_ user: UInt32, isKnown: Bool, limit: Int) -> ConnectionShares.Refusal? {
    state.withLock { state in
      guard isKnown || state.strangers.admits(user, now: .now) else { return .tooOften }
      return state.shares.admit(user, limit: limit)
    }
  }

  /// Tracks an admitted connection until it is removed. Returns false, and counts it no longer, if the server drains.
  func add(_ connection: ServerConnection) -> Bool {
    state.withLock { state in
      guard !state.isDraining else {
        state.shares.release(connection.peer.userID)
        return false
      }
      state.connections[ObjectIdentifier(connection)] = connection
      return true
    }
  }

  func remove(_ connection: ServerConnection) {
    let emptied: CheckedContinuation<Void, Never>? = state.withLock { state in
      guard state.connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return nil }
      state.shares.release(connection.peer.userID)
      guard state.connections.isEmpty else { return nil }
      defer { state.emptied = nil }
      return state.emptied
    }
    emptied?.resume()
  }

  /// Drains every connection, and closes those still open after `timeout`.
  func drain(timeout: Duration, eventLoop: EventLoop) async {
    let open = state.withLock { state in
      state.isDraining = true
      return Array(state.connections.values)
    }
    for connection in open { connection.eventLoop.execute { connection.drain() } }
    let timer = eventLoop.schedule(in: timeout) { [self] in
      let left = state.withLock { Array($0.connections.values) }
      for connection in left { connection.eventLoop.execute { connection.transport.close(nil) } }
    }
    await withCheckedContinuation { continuation in
      let isEmpty = state.withLock { state in
        if !state.connections.isEmpty { state.emptied = continuation }
        return state.connections.isEmpty
      }
      if isEmpty { continuation.resume() }
    }
    timer.cancel()
  }
}
