import Glibc
import SystemCalls

/// The side of gRPC that a transport carries: a server's or a client's half of a connection.
protocol HTTP2TransportDelegate: HTTP2SessionDelegate {
  /// A batch of bytes has been read and its events delivered: time to start what they made ready.
  func receivedBatch()
  /// HTTP/2 is done: no call goes on or starts here, though the last bytes may still be on their way. Comes once at most.
  func sessionFinished()
  /// The connection is over. Comes once; nothing comes after it.
  func transportClosed(_ failure: HTTP2Failure?)
  /// Whether any call is open on the connection.
  var isIdle: Bool { get }
}

/// Moves bytes between a socket and an HTTP/2 session: one write per batch of reads, or per turn of the loop.
///
/// Nothing refers to a transport or a connection weakly, because one weak reference, ever, puts all retains and releases of
/// an object on the runtime's slow path. What refers back to them is let go when the connection ends.
///
/// `@unchecked Sendable`: every member is touched on the event loop only, which debug builds assert; the conformance lets
/// the connection schedule a flush there.
final class HTTP2Transport: EventSource, @unchecked Sendable {
  /// Bytes taken from the session before asking the socket whether it still takes them.
  private static let writeBatch = 256 * 1024
  /// Full buffers read from one socket before the others of the loop have their turn.
  private static let readsPerTurn = 4

  /// Calls of one batch that are done before the other side is let to work on them: both sides are busy at once, and
  /// a wake-up is still shared by many calls.
  static let pipelineDepth = 16

  let session: HTTP2Session
  let eventLoop: EventLoop
  private let timing: ConnectionTiming
  private var delegate: (any HTTP2TransportDelegate)?
  private var socket: OwnedDescriptor?
  private var unsent = UnsentBytes()
  /// The socket took less than it was given: it is watched for room.
  private var isBlocked = false
  /// A batch of bytes is being taken in; what waits is flushed at its end.
  private(set) var isReading = false
  private var isFlushScheduled = false
  private var isClosing = false
  private var whenClosed: [@Sendable () -> Void] = []
  private var prefaceTimer: LoopTimer?
  private var keepaliveTimer: LoopTimer?
  private var heardSinceTick = false
  private var quietTicks = 0

  init(role: HTTP2Session.Role, limits: ConnectionLimits, timing: ConnectionTiming, eventLoop: EventLoop) {
    session = HTTP2Session(role: role, limits: limits, eventLoop: eventLoop)
    self.timing = timing
    self.eventLoop = eventLoop
  }

  /// Gives the transport its user, whom it keeps until the connection is over, and its connected socket, and begins.
  func start(_ delegate: any HTTP2TransportDelegate, socket: consuming OwnedDescriptor) throws(SocketError) {
    eventLoop.assertOnLoop()
    self.delegate = delegate
    session.delegate = delegate
    let number = socket.number
    self.socket = consume socket
    do throws(SocketError) { try eventLoop.watch(number, for: .readable, source: self) } catch {
      self.socket = nil
      end(nil)
      throw error
    }
    flush()
    prefaceTimer = eventLoop.schedule(in: timing.prefaceTimeout) {
      // A peer that connects and says nothing holds a descriptor for nothing.
      if !self.session.hasReceivedSettings { self.close(.notHTTP2) }
    }
    scheduleTick()
  }

  var isOpen: Bool { socket?.number != nil }

  /// Calls `body` on the event loop once the socket is closed.
  func onClose(_ body: @escaping @Sendable () -> Void) {
    eventLoop.assertOnLoop()
    if isOpen { whenClosed.append(body) } else { body() }
  }

  // MARK: Reading

  func ready(_ readiness: Readiness) {
    eventLoop.assertOnLoop()
    if readiness.contains(.writable) {
      isBlocked = false
      if let number = socket?.number { eventLoop.change(number, to: .readable) }
      flush()
    }
    if readiness.contains(.readable) { read() }
  }

  private func read() {
    for _ in 0..<Self.readsPerTurn {
      guard let number = socket?.number else { return }
      let count = recv(number, eventLoop.readBuffer.baseAddress, eventLoop.readBuffer.count, 0)
      guard count > 0 else {
        if count == 0 { return close(nil) }
        switch errno {
        case EAGAIN, EINTR: return flushAfterReading()
        case let code: return close(.session(SystemError(code).description))
        }
      }
      guard take(UnsafeRawBufferPointer(rebasing: eventLoop.readBuffer[..<count])) else { return }
      if count < eventLoop.readBuffer.count { break }
    }
    flushAfterReading()
  }

  /// Returns whether the connection goes on.
  private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard delegate != nil else { return true }
    isReading = true
    heardSinceTick = true
    do throws(HTTP2Failure) {
      try session.receive(bytes)
      delegate?.receivedBatch()
      return true
    } catch {
      isReading = false
      flush()
      close(error)
      return false
    }
  }

  private func flushAfterReading() {
    isReading = false
    flush()
  }

  // MARK: Writing

  /// Has what waits in the session written when the current batch of reads, or turn of the loop, ends.
  func setNeedsFlush() {
    eventLoop.assertOnLoop()
    guard !isReading, !isFlushScheduled else { return }
    isFlushScheduled = true
    eventLoop.execute {
      self.isFlushScheduled = false
      self.flush()
    }
  }

  /// Writes what waits in the session. Not to be called while the session takes bytes in.
  func flush() {
    eventLoop.assertOnLoop()
    guard delegate != nil, let number = socket?.number else { return }
    do throws(HTTP2Failure) {
      var isMore = true
      while !isBlocked, isMore || !unsent.isEmpty {
        isMore = try session.send(into: &unsent, limit: Self.writeBatch)
        switch unsent.write(to: number) {
        case .all: break
        case .some:
          isBlocked = true
          eventLoop.change(number, to: [.readable, .writable])
        case .failed(let code): return close(.session(SystemError(code).description))
        }
      }
      if session.isFinished { closeWhenWritten() }
    } catch {
      close(error)
    }
  }

  /// Closes the connection once the socket has taken what was written: closing at once would cut off the last answers.
  private func closeWhenWritten() {
    if !isClosing {
      isClosing = true
      delegate?.sessionFinished()
      keepaliveTimer?.cancel()
      keepaliveTimer = eventLoop.schedule(in: timing.lingerTimeout) { self.close(nil) }
    }
    if unsent.isEmpty { close(nil) }
  }

  /// Closes the connection at once.
  func close(_ failure: HTTP2Failure?) {
    eventLoop.assertOnLoop()
    end(failure)
    guard let number = socket?.number else { return }
    eventLoop.unwatch(number)
    socket = nil
    let closed = whenClosed
    whenClosed = []
    for body in closed { body() }
  }

  private func end(_ failure: HTTP2Failure?) {
    guard let delegate else { return }
    self.delegate = nil
    // A timer that is left keeps all of the connection in memory until it fires.
    prefaceTimer?.cancel()
    keepaliveTimer?.cancel()
    delegate.transportClosed(failure)
    session.delegate = nil
    session.onPingAcknowledged = nil
    session.onSettings = nil
  }

  // MARK: Keepalive and idleness

  /// One timer looks after both: it fires every keepalive interval and notes whether the peer was heard.
  private func scheduleTick() {
    guard let interval = timing.keepaliveInterval else { return }
    keepaliveTimer = eventLoop.schedule(in: interval) { self.tick(interval) }
  }

  private func tick(_ interval: Duration) {
    guard let delegate, !isClosing else { return }
    if heardSinceTick || !delegate.isIdle {
      quietTicks = 0
    } else {
      quietTicks += 1
    }
    if let idleTimeout = timing.idleTimeout, delegate.isIdle,
      interval * quietTicks >= idleTimeout
    {
      session.submitGoAway()
      return flush()
    }
    if heardSinceTick {
      heardSinceTick = false
      return scheduleTick()
    }
    session.ping()
    flush()
    keepaliveTimer = eventLoop.schedule(in: timing.keepaliveTimeout) {
      guard self.delegate != nil, !self.isClosing else { return }
      guard self.heardSinceTick else { return self.close(.session("no answer to a keepalive ping")) }
      // The answer to the ping is no sign of use, so idleness goes on.
      self.heardSinceTick = false
      self.scheduleTick()
    }
  }
}
