import CEpoll
import Glibc

/// Takes connections from a listening socket, and hands each on with who is at its other end.
///
/// `@unchecked Sendable`: every member but `close()`, which goes there, is touched on the event loop only; debug builds
/// assert it.
final class Acceptor: EventSource, @unchecked Sendable {
  /// Out of descriptors or memory, accept(2) fails at once and for ever; asking again in a tight loop would starve calls.
  private static let pause = Duration.milliseconds(100)
  /// Connections taken before the calls of those that are there have their turn.
  private static let connectionsPerTurn = 32

  private let eventLoop: EventLoop
  private var listener: OwnedDescriptor?
  private let accepted: @Sendable (consuming OwnedDescriptor, PeerCredentials) -> Void
  private let closed: @Sendable () -> Void

  /// - Parameters:
  ///   - accepted: Called on the event loop.
  ///   - closed: Called once, when the listening socket is closed.
  init(
    listener: consuming OwnedDescriptor,
    eventLoop: EventLoop,
    accepted: @escaping @Sendable (consuming OwnedDescriptor, PeerCredentials) -> Void,
    closed: @escaping @Sendable () -> Void
  ) {
    self.listener = consume listener
    self.eventLoop = eventLoop
    self.accepted = accepted
    self.closed = closed
  }

  /// On the event loop.
  func start() throws(SocketError) {
    eventLoop.assertOnLoop()
    guard let number = listener?.number else { return }
    try eventLoop.watch(number, for: .readable, source: self)
  }

  func ready(_ readiness: Readiness) {
    eventLoop.assertOnLoop()
    guard let listener = listener?.number else { return }
    for _ in 0..<Self.connectionsPerTurn {
      let number = accept4(listener, nil, nil, Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue))
      guard number >= 0 else {
        switch errno {
        case EINTR, ECONNABORTED: continue
        case EAGAIN: return
        default: return rest(listener)
        }
      }
      let socket = OwnedDescriptor(takingOwnershipOf: number)
      // It can only fail for a socket that is none.
      guard let peer = PeerCredentials(of: number) else { continue }
      accepted(consume socket, peer)
    }
  }

  private func rest(_ listener: Int32) {
    eventLoop.change(listener, to: [])
    _ = eventLoop.schedule(in: Self.pause) { [weak self] in
      guard let self, let number = self.listener?.number else { return }
      eventLoop.change(number, to: .readable)
    }
  }

  /// Takes no more connections. From any thread.
  func close() {
    eventLoop.perform { [self] in
      guard let number = listener?.number else { return }
      eventLoop.unwatch(number)
      listener = nil
      closed()
    }
  }
}
