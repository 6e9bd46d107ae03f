import CEpoll
import Glibc

/// Accepts connections from a listening socket and passes each on with its peer credentials.
///
/// `@unchecked Sendable`: all members are accessed on the event loop only, which debug builds assert; `close()` hops
/// there.
final class Acceptor: EventSource, @unchecked Sendable {
  /// Delay after accept(2) runs out of descriptors or memory: retrying in a tight loop would starve calls.
  private static let pauseAfterFailure = Duration.milliseconds(100)
  /// Maximum connections accepted per turn, so that calls on open connections are not starved: each costs as much as several
  /// calls.
  private static let connectionsPerTurn = 2
  /// Consecutive refused connections after which accepting pauses, for `pauseAfterRefusals`. A refusal costs little, but a
  /// process that only connects would otherwise keep the thread so busy that the kernel no longer wakes it promptly for
  /// calls.
  private static let refusalsBeforePause = 32
  private static let pauseAfterRefusals = Duration.milliseconds(2)

  private let eventLoop: EventLoop
  private var listener: OwnedDescriptor?
  private var consecutiveRefusals = 0
  private let accepted: @Sendable (consuming OwnedDescriptor, PeerCredentials) -> Bool
  private let failed: @Sendable (Int32) -> Void
  private let closed: @Sendable () -> Void

  /// - Parameters:
  ///   - accepted: Called on the event loop. Returns false if the connection is refused.
  ///   - failed: Called on the event loop with an errno when nothing can be accepted for a while.
  ///   - closed: Called once, when the listening socket is closed.
  init(
    listener: consuming OwnedDescriptor,
    eventLoop: EventLoop,
    accepted: @escaping @Sendable (consuming OwnedDescriptor, PeerCredentials) -> Bool,
    failed: @escaping @Sendable (Int32) -> Void,
    closed: @escaping @Sendable () -> Void
  ) {
    self.listener = consume listener
    self.eventLoop = eventLoop
    self.accepted = accepted
    self.failed = failed
    self.closed = closed
  }

  /// Starts accepting. Must be called on the event loop.
  func start() throws(SocketError) {
    eventLoop.assertOnLoop()
    guard let number = listener?.number else { return }
    try eventLoop.watch(number, for: .readable, source: self)
  }

  func ready(_ readiness: Readiness) {
    eventLoop.assertOnLoop()
    guard let listener = listener?.number else { return }
    var taken = 0
    while taken < Self.connectionsPerTurn {
      guard consecutiveRefusals < Self.refusalsBeforePause else {
        consecutiveRefusals = 0
        return pauseAccepting(listener, for: Self.pauseAfterRefusals)
      }
      let number = accept4(listener, nil, nil, Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue))
      guard number >= 0 else {
        switch errno {
        case EINTR, ECONNABORTED: continue
        case EAGAIN: return
        case let code:
          failed(code)
          return pauseAccepting(listener, for: Self.pauseAfterFailure)
        }
      }
      let socket = OwnedDescriptor(takingOwnershipOf: number)
      // Fails only if the descriptor is not a socket.
      guard let peer = PeerCredentials(of: number) else { continue }
      if accepted(consume socket, peer) {
        taken += 1
        consecutiveRefusals = 0
      } else {
        consecutiveRefusals += 1
      }
    }
  }

  private func pauseAccepting(_ listener: Int32, for pause: Duration) {
    eventLoop.change(listener, to: [])
    _ = eventLoop.schedule(in: pause) { [weak self] in
      guard let self, let number = self.listener?.number else { return }
      eventLoop.change(number, to: .readable)
    }
  }

  /// Stops accepting connections. Safe to call from any thread.
  func close() {
    eventLoop.perform { [self] in
      guard let number = listener?.number else { return }
      eventLoop.unwatch(number)
      listener = nil
      closed()
    }
  }
}
