public import Synchronization

/// The result of posting to a `Mailbox`.
///
/// Not nested in the mailbox: a type inside a generic one is compared unspecialised in other modules, on every post.
@usableFromInline
package enum PostResult: Hashable, Sendable {
  /// The message can be taken. With `wakesTaker`, the poster wakes the taker.
  case posted(wakesTaker: Bool)
  case full
  case closed
}

/// A queue from many threads to one consumer, the taker, which takes all messages at once.
///
/// The taker is woken once for all messages posted until it takes them. The poster that is asked to wake it decides how:
/// by a semaphore, or by a job on an event loop.
@usableFromInline
package final class Mailbox<Message: Sendable>: Sendable {
  @usableFromInline
  struct State {
    @usableFromInline var messages: [Message] = []
    /// Whether the taker has been woken since it last took.
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

  @usableFromInline let capacity: Int
  @usableFromInline let state = Mutex(State())

  /// - Parameter capacity: The most messages that may wait.
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

  /// Asks for the taker to run without a message. Returns whether the caller has to wake it.
  @inlinable
  package func notify() -> Bool { state.withLock { $0.wakes() } }

  /// Refuses messages from now on; earlier ones can still be taken. Returns whether the caller has to wake the taker.
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
    var taken: [Message] = []
    state.withLock { state in
      state.hasBeenWoken = false
      swap(&taken, &state.messages)
    }
    return taken
  }

  /// Whether no message waits.
  @inlinable
  package var isEmpty: Bool { state.withLock { $0.messages.isEmpty } }

  /// Whether messages are refused.
  @inlinable
  package var isClosed: Bool { state.withLock { $0.isClosed } }
}
