import Synchronization

/// A fixed number of event loops, assigned round-robin.
final class EventLoopGroup: Sendable {
  private let loops: [EventLoop]
  private let taken = Atomic(0)
  private let ended: Latch

  /// - Parameter name: The name of the threads, as shown by top(1).
  init(count: Int, name: String, busyPolling: BusyPolling) throws(SocketError) {
    precondition(count > 0, "a server needs an event loop")
    var loops: [EventLoop] = []
    for _ in 0..<count { loops.append(try EventLoop(busyPolling: busyPolling)) }
    self.loops = loops
    let ended = Latch(count: count)
    self.ended = ended
    for loop in loops { loop.start(name: name) { ended.countDown() } }
  }

  var first: EventLoop { loops[0] }

  func next() -> EventLoop { loops[taken.add(1, ordering: .relaxed).oldValue % loops.count] }

  /// Stops the threads and waits until they have ended.
  func stop() async {
    for loop in loops { loop.stop() }
    await ended.wait()
  }
}
