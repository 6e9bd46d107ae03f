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
  /// - Parameters:
  ///   - waits: Whether to wait for an operation or a call of `wake`.
  ///   - longest: Returns without operations after this time; nil to wait for as long as it takes.
  func takeAll(waits: Bool = true, atMost longest: Duration? = nil) -> [any QueuedOperation]? {
    let isClosed = mailbox.isClosed
    if !isClosed {
      if waits, let longest {
        guard arrival.wait(atMost: longest) else { return [] }
      } else if waits {
        arrival.wait()
      } else if !arrival.tryWait() {
        return []
      }
    }
    let taken = mailbox.takeAll()
    return isClosed && taken.isEmpty ? nil : taken
  }
}
