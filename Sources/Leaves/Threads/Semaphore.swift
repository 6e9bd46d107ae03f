import Glibc

/// A counting semaphore (sem_overview(7)), initially 0.
///
/// `@unchecked Sendable`: sem_post(3) and sem_wait(3) are thread-safe, and the pointer never changes.
package final class Semaphore: @unchecked Sendable {
  private let pointer: UnsafeMutablePointer<sem_t>

  package init() {
    pointer = .allocate(capacity: 1)
    precondition(sem_init(pointer, 0, 0) == 0, "sem_init(3) failed")
  }

  deinit {
    sem_destroy(pointer)
    pointer.deallocate()
  }

  /// Increments the counter, which releases one waiting thread.
  ///
  /// - Precondition: The counter is below 2 147 483 647.
  package func signal() {
    precondition(sem_post(pointer) == 0, "sem_post(3) failed")
  }

  /// Decrements the counter if it is above 0. Returns whether it did.
  package func tryWait() -> Bool {
    while sem_trywait(pointer) != 0 {
      if errno == EAGAIN { return false }
      precondition(errno == EINTR, "sem_trywait(3) failed")
    }
    return true
  }

  /// Waits until the counter is above 0, then decrements it.
  package func wait() {
    while sem_wait(pointer) != 0 { precondition(errno == EINTR, "sem_wait(3) failed") }
  }

  /// As `wait`, for a limited time by the wall clock. Returns whether it decremented the counter.
  package func wait(atMost duration: Duration) -> Bool {
    var end = timespec()
    clock_gettime(CLOCK_REALTIME, &end)
    let (seconds, attoseconds) = duration.components
    let nanoseconds = end.tv_nsec + Int(attoseconds / 1_000_000_000)
    end.tv_sec += Int(seconds) + nanoseconds / 1_000_000_000
    end.tv_nsec = nanoseconds % 1_000_000_000
    while sem_timedwait(pointer, &end) != 0 {
      if errno == ETIMEDOUT { return false }
      precondition(errno == EINTR, "sem_timedwait(3) failed")
    }
    return true
  }
}
