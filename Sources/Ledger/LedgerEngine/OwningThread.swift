import Glibc
import Synchronization

/// A thread of its own for what must never be shared, such as a database connection.
final class OwningThread: Sendable {
  private let handle: pthread_t
  private let isJoined = Mutex(false)

  /// `name` is what top(1) shows; the kernel cuts it to 15 bytes.
  init(name: String, body: @escaping @Sendable () -> Void) {
    var handle = pthread_t()
    let start = Unmanaged.passRetained(StartArgument(name: name, body: body))
    let status = pthread_create(&handle, nil, { OwningThread.main($0) }, start.toOpaque())
    precondition(status == 0, "pthread_create(3) failed with \(status)")
    self.handle = handle
  }

  deinit {
    if !isJoined.withLock({ $0 }) { pthread_detach(handle) }
  }

  /// Waits for the body to return. Never call it from the body.
  func join() {
    isJoined.withLock { isJoined in
      guard !isJoined else { return }
      pthread_join(handle, nil)
      isJoined = true
    }
  }

  private final class StartArgument: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }

  private static func main(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let start = Unmanaged<StartArgument>.fromOpaque(argument).takeRetainedValue()
    name(start.name)
    start.body()
    return nil
  }

  /// By way of proc(5), because Glibc's module hides pthread_setname_np(3). A missing name is no reason to fail.
  private static func name(_ name: String) {
    let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = name.utf8.withContiguousStorageIfAvailable { write(file, $0.baseAddress, $0.count) }
    close(file)
  }
}
