import Synchronization

/// A fixed number of event loops, and whose turn it is to take the next connection.
final class EventLoopGroup: Sendable {
  private let loops: [EventLoop]
  private let taken = Atomic(0)
  private let ended: Latch

  /// - Parameter name: Of the threads, for top(1).
  init(count: Int, name: String) throws(SocketError) {
    precondition(count > 0, "a server needs an event loop")
    var loops: [EventLoop] = []
    for _ in 0..<count { loops.append(try EventLoop()) }
    self.loops = loops
    let ended = Latch(count: count)
    self.ended = ended
    for loop in loops { loop.start(name: name) { ended.countDown() } }
  }

  var first: EventLoop { loops[0] }

  func next() -> EventLoop { loops[taken.add(1, ordering: .relaxed).oldValue % loops.count] }

  /// Ends the threads, and returns when they have.
  func stop() async {
    for loop in loops { loop.stop() }
    await ended.wait()
  }
}
