import Dispatch

/// A gate at which the committer's thread waits until the test opens it.
final class Gate: Sendable {
  private let arrivals: AsyncStream<Void>
  private let arrived: AsyncStream<Void>.Continuation
  private let permits = DispatchSemaphore(value: 0)

  init() { (arrivals, arrived) = AsyncStream.makeStream() }

  /// Blocks the calling thread until `open` is called once for it.
  func pass() {
    arrived.yield()
    permits.wait()
  }

  func open() { permits.signal() }

  /// Waits until a thread is at the gate.
  func waitForArrival() async {
    for await _ in arrivals { return }
  }
}
