import Synchronization
import Threads

/// Wakes readers for the committer's thread, which has something better to do than to wake thousands.
final class ReaderWaker: Sendable {
  /// So few are woken at once: a hand-over to another thread would cost about as much.
  private static let fewReaders = 8

  private let mailbox = Mailbox<[CheckedContinuation<Void, Never>]>()
  private let arrival = Semaphore()
  private let thread = Mutex<SystemThread?>(nil)

  func wake(_ readers: [CheckedContinuation<Void, Never>]) {
    guard readers.count > Self.fewReaders else {
      for reader in readers { reader.resume() }
      return
    }
    thread.withLock { thread in
      if thread == nil { thread = SystemThread(name: "watches") { [self] in run() } }
    }
    if case .posted(wakesTaker: true) = mailbox.post(readers) { arrival.signal() }
  }

  /// Ends the thread, after the readers that wait for it.
  func close() {
    if mailbox.close() { arrival.signal() }
    thread.withLock { $0.take() }?.join()
    for readers in mailbox.takeAll() { for reader in readers { reader.resume() } }
  }

  private func run() {
    while !mailbox.isClosed {
      arrival.wait()
      for readers in mailbox.takeAll() { for reader in readers { reader.resume() } }
    }
  }
}
