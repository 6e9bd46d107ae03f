import Dispatch

/// A gate that the committer's thread waits at until the test opens it.
final class Gate: Sendable {
  private let arrivals: AsyncStream<Void>
  private let arrived: AsyncStream<Void>.Continuation
  private let permits = DispatchSemaphore(value: 0)

  init() { (arrivals, arrived) = AsyncStream.makeStream() }

  /// Blocks the calling thread until `open` was called once for it.
  func pass() {
    arrived.yield()
    permits.wait()
  }

  func open() { permits.signal() }

  /// Waits for somebody to stand at the gate.
  func waitForArrival() async {
    for await _ in arrivals { return }
  }
}
