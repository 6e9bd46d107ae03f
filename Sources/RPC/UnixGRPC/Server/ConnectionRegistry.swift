import Synchronization

/// Tracks a server's open connections, limits them per user, and drains them at shutdown.
final class ConnectionRegistry: Sendable {
  enum Admission {
    case added, tooMany, whileDraining
  }

  private struct State {
    var connections: [ObjectIdentifier: ServerConnection] = [:]
    var countByUser: [UInt32: Int] = [:]
    var isDraining = false
    var emptied: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())
  private let maximumPerUser: Int

  init(maximumPerUser: Int) {
    self.maximumPerUser = maximumPerUser
  }

  func add(_ connection: ServerConnection) -> Admission {
    state.withLock { state in
      if state.isDraining { return .whileDraining }
      let count = state.countByUser[connection.peer.userID, default: 0]
      guard count < maximumPerUser else { return .tooMany }
      state.countByUser[connection.peer.userID] = count + 1
      state.connections[ObjectIdentifier(connection)] = connection
      return .added
    }
  }

  func remove(_ connection: ServerConnection) {
    let emptied: CheckedContinuation<Void, Never>? = state.withLock { state in
      guard state.connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return nil }
      let count = state.countByUser[connection.peer.userID, default: 1]
      state.countByUser[connection.peer.userID] = count > 1 ? count - 1 : nil
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
