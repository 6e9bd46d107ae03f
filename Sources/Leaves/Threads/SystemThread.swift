import Glibc
import Synchronization

/// A dedicated thread, for work that blocks or must not share a thread: an event loop, a database connection.
package final class SystemThread: Sendable {
  private let handle: pthread_t
  private let isJoined = Mutex(false)

  /// Starts a thread that runs `body`. The thread continues when this object is released.
  ///
  /// - Parameter name: The thread's name, as shown by top(1); the kernel truncates it to 15 bytes.
  /// - Precondition: The system can create another thread.
  @discardableResult
  package init(name: String, body: @escaping @Sendable () -> Void) {
    var handle = pthread_t()
    let start = Unmanaged.passRetained(Start(name: name, body: body))
    let status = pthread_create(&handle, nil, { SystemThread.run($0) }, start.toOpaque())
    precondition(status == 0, "pthread_create(3) failed with error \(status)")
    self.handle = handle
  }

  deinit {
    if !isJoined.withLock({ $0 }) { pthread_detach(handle) }
  }

  /// Waits until `body` has returned. May be called repeatedly.
  ///
  /// - Precondition: Not called from `body`.
  package func join() {
    isJoined.withLock { isJoined in
      guard !isJoined else { return }
      pthread_join(handle, nil)
      isJoined = true
    }
  }

  private final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }

  private static func run(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
    setName(start.name)
    start.body()
    return nil
  }

  /// Sets the name through proc(5), because Glibc's module hides pthread_setname_np(3). Failure is ignored.
  private static func setName(_ name: String) {
    let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = name.utf8.withContiguousStorageIfAvailable { write(file, $0.baseAddress, $0.count) }
    close(file)
  }
}
