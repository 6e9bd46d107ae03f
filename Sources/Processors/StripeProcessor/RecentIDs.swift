import Synchronization

/// Stripe's ids of recent objects, by our names for them. An object is read by its id as soon as that is known, because
/// search finds new objects only after about a minute.
final class RecentIDs: Sendable {
  private struct State {
    var ids: [String: String] = [:]
    /// The names in the order in which they were added, in a ring.
    var names: [String] = []
    var oldest = 0
  }

  private let capacity: Int
  private let state = Mutex(State())

  init(capacity: Int = 16_384) { self.capacity = capacity }

  subscript(name: String) -> String? { state.withLock { $0.ids[name] } }

  func remember(_ id: String, for name: String) {
    state.withLock { state in
      guard state.ids.updateValue(id, forKey: name) == nil else { return }
      if state.names.count < capacity { return state.names.append(name) }
      state.ids[state.names[state.oldest]] = nil
      state.names[state.oldest] = name
      state.oldest = (state.oldest + 1) % capacity
    }
  }

  func forget(id: String) {
    state.withLock { state in
      // The name stays in the ring, where it costs one place.
      for (name, known) in state.ids where known == id { state.ids[name] = nil }
    }
  }
}
