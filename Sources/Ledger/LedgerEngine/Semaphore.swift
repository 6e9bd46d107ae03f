import Glibc

/// Owns a POSIX semaphore (sem_overview(7)).
///
/// Sendable because the kernel makes sem_post(3) and sem_wait(3) safe from any thread, and the pointer never changes.
final class Semaphore: @unchecked Sendable {
  private let pointer: UnsafeMutablePointer<sem_t>

  init() {
    pointer = .allocate(capacity: 1)
    precondition(sem_init(pointer, 0, 0) == 0, "sem_init(3) failed")
  }

  deinit {
    sem_destroy(pointer)
    pointer.deallocate()
  }

  func signal() {
    precondition(sem_post(pointer) == 0, "sem_post(3) failed")
  }

  func wait() {
    while sem_wait(pointer) != 0 { precondition(errno == EINTR, "sem_wait(3) failed") }
  }
}
