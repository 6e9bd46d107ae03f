public import Synchronization

/// Carries messages from many threads to one taker, which takes all that have gathered at once.
///
/// The taker is told once for everything that gathers until it takes it: by whoever is told to wake it. How it is woken,
/// by a semaphore or as a job of an event loop, is not the mailbox's affair.
@usableFromInline
package final class Mailbox<Message: Sendable>: Sendable {
  @usableFromInline
  struct State {
    @usableFromInline var messages: [Message] = []
    /// Since the taker last took.
    @usableFromInline var hasBeenWoken = false
    @usableFromInline var isClosed = false

    @inlinable
    init() {}

    /// Whether the taker has to be woken now.
    @inlinable
    mutating func wakes() -> Bool {
      defer { hasBeenWoken = true }
      return !hasBeenWoken
    }
  }

  /// What became of a message.
  @usableFromInline
  package enum PostResult: Hashable, Sendable {
    /// It can be taken. With `wakesTaker` the poster has to wake the taker.
    case posted(wakesTaker: Bool)
    case full
    case closed
  }

  @usableFromInline let capacity: Int
  @usableFromInline let state = Mutex(State())

  /// - Parameter capacity: How many messages may gather.
  @inlinable
  package init(capacity: Int = .max) { self.capacity = capacity }

  /// Adds a message, unless the mailbox is full or closed.
  @inlinable
  package func post(_ message: Message) -> PostResult {
    state.withLock { state in
      if state.isClosed { return .closed }
      if state.messages.count >= capacity { return .full }
      state.messages.append(message)
      return .posted(wakesTaker: state.wakes())
    }
  }

  /// Returns whether the caller has to wake the taker, which is to look up though nothing was posted.
  @inlinable
  package func notify() -> Bool { state.withLock { $0.wakes() } }

  /// Refuses messages from now on; what was posted before can still be taken. Returns whether the caller has to wake the
  /// taker.
  @inlinable
  package func close() -> Bool {
    state.withLock { state in
      state.isClosed = true
      return state.wakes()
    }
  }

  /// Takes everything, in the order of posting. The next message wakes the taker again.
  @inlinable
  package func takeAll() -> [Message] {
    state.withLock { state in
      state.hasBeenWoken = false
      let taken = state.messages
      state.messages = []
      state.messages.reserveCapacity(taken.count)
      return taken
    }
  }

  /// Whether nothing waits to be taken.
  @inlinable
  package var isEmpty: Bool { state.withLock { $0.messages.isEmpty } }

  /// Whether messages are refused.
  @inlinable
  package var isClosed: Bool { state.withLock { $0.isClosed } }
}
