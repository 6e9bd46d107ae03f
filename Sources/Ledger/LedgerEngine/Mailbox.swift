import Synchronization
import Threads

/// Many post, one thread takes all that has gathered.
final class Mailbox<Item: Sendable>: Sendable {
  private struct State {
    var items: [Item] = []
    var takerWaits = false
    var isRung = false
    var isClosed = false
  }

  enum PostResult {
    case posted
    case full
    case closed
  }

  private let capacity: Int
  private let state = Mutex(State())
  private let arrival = Semaphore()

  init(capacity: Int) { self.capacity = capacity }

  func post(_ item: Item) -> PostResult {
    let (result, wakes) = state.withLock { state -> (PostResult, Bool) in
      if state.isClosed { return (.closed, false) }
      if state.items.count >= capacity { return (.full, false) }
      state.items.append(item)
      defer { state.takerWaits = false }
      return (.posted, state.takerWaits)
    }
    if wakes { arrival.signal() }
    return result
  }

  /// Makes the taker look up, even where nothing was posted.
  func ring() {
    let wakes = state.withLock { state in
      state.isRung = true
      defer { state.takerWaits = false }
      return state.takerWaits
    }
    if wakes { arrival.signal() }
  }

  /// What has gathered; nil once the box is closed and empty.
  ///
  /// - Parameter waits: Until there is something, or somebody rings.
  func takeAll(waits: Bool = true) -> [Item]? {
    while true {
      let taken = state.withLock { state -> [Item]?? in
        if state.items.isEmpty {
          if state.isClosed { return .some(nil) }
          if state.isRung || !waits {
            state.isRung = false
            return []
          }
          state.takerWaits = true
          return nil
        }
        let items = state.items
        state.items = []
        state.items.reserveCapacity(items.count)
        return items
      }
      if let taken { return taken }
      arrival.wait()
    }
  }

  var isEmpty: Bool { state.withLock { $0.items.isEmpty } }

  /// What was posted before can still be taken.
  func close() {
    let wakes = state.withLock { state in
      state.isClosed = true
      defer { state.takerWaits = false }
      return state.takerWaits
    }
    if wakes { arrival.signal() }
  }
}
