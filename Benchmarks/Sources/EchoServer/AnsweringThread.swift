import Glibc
import Synchronization

/// A thread that answers requests in batches like the ledger's committer: requests that arrive meanwhile form the next.
final class AnsweringThread: Sendable {
  private let waiting = Mutex<[@Sendable () -> Void]>([])
  private let wakeUp = WakeUp()

  init() {
    // The thread runs until the process exits, and retains this object.
    let context = Unmanaged.passRetained(self)
    var thread = pthread_t()
    let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
      Unmanaged<AnsweringThread>.fromOpaque(context!).takeRetainedValue().run()
    }
    let error = pthread_create(&thread, nil, body, context.toOpaque())
    precondition(error == 0, "pthread_create failed with error \(error)")
    pthread_detach(thread)
  }

  func submit(_ answer: @escaping @Sendable () -> Void) {
    let isFirst = waiting.withLock { waiting in
      waiting.append(answer)
      return waiting.count == 1
    }
    if isFirst { wakeUp.signal() }
  }

  private func run() -> Never {
    while true {
      wakeUp.wait()
      let batch = waiting.withLock { waiting in
        var batch: [@Sendable () -> Void] = []
        swap(&batch, &waiting)
        return batch
      }
      for answer in batch { answer() }
    }
  }
}

/// A POSIX semaphore.
///
/// `@unchecked Sendable` because the pointer never changes, and sem_post(3) and sem_wait(3) are thread-safe.
private final class WakeUp: @unchecked Sendable {
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() {
    sem_init(semaphore, 0, 0)
  }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func signal() {
    sem_post(semaphore)
  }

  func wait() {
    while sem_wait(semaphore) != 0 {}
  }
}
