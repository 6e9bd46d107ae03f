import Threads

/// What callers have submitted, on its way to the committer's thread.
final class OperationQueue: Sendable {
  private let mailbox: Mailbox<any QueuedOperation>
  /// Raised once each time the mailbox wants its taker woken, and lowered once before each taking.
  private let arrival = Semaphore()

  init(capacity: Int) { mailbox = Mailbox(capacity: capacity) }

  var isEmpty: Bool { mailbox.isEmpty }

  /// Adds an operation, unless the queue is full or closed.
  func post(_ operation: any QueuedOperation) -> PostResult {
    let result = mailbox.post(operation)
    if case .posted(wakesTaker: true) = result { arrival.signal() }
    return result
  }

  /// Makes the committer look up though nothing was submitted.
  func wake() {
    if mailbox.notify() { arrival.signal() }
  }

  /// Refuses operations from now on. What was submitted before can still be taken.
  func close() {
    if mailbox.close() { arrival.signal() }
  }

  /// What has gathered; nil once the queue is closed and empty. Only the committer's thread calls this.
  ///
  /// - Parameter waits: Whether to wait until there is something, or `wake` is called.
  func takeAll(waits: Bool = true) -> [any QueuedOperation]? {
    let isClosed = mailbox.isClosed
    if !isClosed {
      if waits { arrival.wait() } else if !arrival.tryWait() { return [] }
    }
    let taken = mailbox.takeAll()
    return isClosed && taken.isEmpty ? nil : taken
  }
}
