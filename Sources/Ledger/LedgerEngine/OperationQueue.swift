import Threads

/// The submitted operations on their way to the committer's thread.
final class OperationQueue: Sendable {
  private let mailbox: Mailbox<any QueuedOperation>
  /// Signalled each time the mailbox wants its taker woken, and waited for once before each taking.
  private let arrival = Semaphore()

  init(capacity: Int) { mailbox = Mailbox(capacity: capacity) }

  var isEmpty: Bool { mailbox.isEmpty }

  /// Adds an operation, unless the queue is full or closed.
  func post(_ operation: any QueuedOperation) -> PostResult {
    let result = mailbox.post(operation)
    if case .posted(wakesTaker: true) = result { arrival.signal() }
    return result
  }

  /// Wakes the committer without submitting an operation.
  func wake() {
    if mailbox.notify() { arrival.signal() }
  }

  /// Refuses further operations. Operations submitted before can still be taken.
  func close() {
    if mailbox.close() { arrival.signal() }
  }

  /// Returns the gathered operations, or nil once the queue is closed and empty. Only the committer's thread calls this.
  ///
  /// - Parameter waits: Whether to wait for an operation or a call of `wake`.
  func takeAll(waits: Bool = true) -> [any QueuedOperation]? {
    let isClosed = mailbox.isClosed
    if !isClosed {
      if waits { arrival.wait() } else if !arrival.tryWait() { return [] }
    }
    let taken = mailbox.takeAll()
    return isClosed && taken.isEmpty ? nil : taken
  }
}
