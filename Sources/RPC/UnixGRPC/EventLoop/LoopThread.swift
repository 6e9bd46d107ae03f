import Glibc

/// Runs `body` on a new thread that nobody joins.
///
/// - Parameter name: What top(1) shows; the kernel cuts it to 15 bytes.
func startThread(name: String, _ body: @escaping @Sendable () -> Void) {
  let argument = Unmanaged.passRetained(ThreadArgument(name: name, body: body))
  var thread = pthread_t()
  let status = pthread_create(
    &thread,
    nil,
    { pointer in
      guard let pointer else { return nil }
      let argument = Unmanaged<ThreadArgument>.fromOpaque(pointer).takeRetainedValue()
      nameThread(argument.name)
      argument.body()
      return nil
    },
    argument.toOpaque()
  )
  // Only want of memory or of threads makes this fail, and nothing works without it.
  precondition(status == 0, "pthread_create(3) failed: \(errorText(status))")
  pthread_detach(thread)
}

private final class ThreadArgument: Sendable {
  let name: String
  let body: @Sendable () -> Void

  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }
}

/// By way of proc(5), because Glibc's module hides pthread_setname_np(3). A missing name is no reason to fail.
private func nameThread(_ name: String) {
  let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
  guard file >= 0 else { return }
  _ = name.utf8.withContiguousStorageIfAvailable { write(file, $0.baseAddress, $0.count) }
  close(file)
}
