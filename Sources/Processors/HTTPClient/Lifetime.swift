import Synchronization

/// Keeps a C object from being used by one thread after another has freed it.
struct Lifetime: ~Copyable {
  private let isAlive = Mutex(true)

  /// Runs `body` unless the object has been freed.
  func whileAlive(_ body: () -> Void) {
    isAlive.withLock { if $0 { body() } }
  }

  /// Runs `body`, which frees the object.
  func end(_ body: () -> Void) {
    isAlive.withLock { isAlive in
      isAlive = false
      body()
    }
  }
}
