import Glibc
import SystemCalls

/// Transfers bytes between a socket and an HTTP/2 session, with one write per batch of reads or turn of the loop.
///
/// Transports and connections are never referenced weakly, because a single weak reference puts all retains and releases
/// of an object on the runtime's slow path. References back to them are cleared when the connection ends.
///
/// `@unchecked Sendable`: all members are accessed on the event loop only, which debug builds assert; the conformance
/// lets the connection schedule a flush there.
final class HTTP2Transport: EventSource, @unchecked Sendable {
  /// Maximum full buffers read from a socket per turn, so that other sockets are not starved.
  private static let readsPerTurn = 4

  /// Maximum batches written to a socket per turn: a peer that reads as fast as we write must not starve the others.
  private static let writesPerTurn = 4

  /// Calls of a batch completed before they are flushed: the peer works in parallel, while one wake-up still serves many
  /// calls.
  static let pipelineDepth = 16

  let session: HTTP2Session
  let eventLoop: EventLoop
  let timing: ConnectionTiming
  private let sizes: TransferSizes
  private(set) var delegate: (any HTTP2TransportDelegate)?
  private var socket: OwnedDescriptor?
  private var unsent = UnsentBytes()
  /// Bytes in `unsent` that the delegate was told of.
  private var reportedUnread = 0
  /// What the socket is watched for.
  private var watched: Readiness = .readable
  /// Bytes received, and bytes taken by the socket, so far.
  private(set) var transferredBytes: UInt64 = 0
  /// Whether the socket's buffer is full and the socket is watched for writability.
  private var isBlocked = false
  /// Whether the budget of a turn was spent, so that the connection waits for a slice of a later turn.
  private var isWaitingForSlice = false
  /// Whether a batch of bytes is being processed, at whose end pending frames are flushed.
  private(set) var isReading = false
  private var isFlushScheduled = false
  private(set) var isClosing = false
  private var whenClosed: [@Sendable () -> Void] = []
  private var prefaceTimer: LoopTimer?
  var keepaliveTimer: LoopTimer?
  var hasReceivedSinceTick = false
  var quietTicks = 0

  init(
    role: HTTP2Session.Role,
    limits: ConnectionLimits,
    timing: ConnectionTiming,
    sizes: TransferSizes = .usual,
    eventLoop: EventLoop
  ) {
    session = HTTP2Session(role: role, limits: limits, eventLoop: eventLoop)
    self.timing = timing
    self.sizes = sizes
    self.eventLoop = eventLoop
  }

  /// Starts the transport on a connected socket. Retains `delegate` until the connection ends.
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
    // The peer may have gone already, and nobody would cancel a timer that is armed now.
    guard isOpen else { return }
    prefaceTimer = eventLoop.schedule(in: timing.prefaceTimeout) {
      // A silent peer must not hold a descriptor.
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
    // What is reported while bytes are not watched for is that the peer has closed both ways, so that nobody would read an
    // answer.
    let isHangUp = !watched.contains(.readable)
    if readiness.contains(.writable) {
      isBlocked = false
      watch()
      flush()
    }
    guard readiness.contains(.readable) else { return }
    if isHangUp { close(nil) } else { read() }
  }

  /// Whether bytes of the peer are still of interest.
  private var isReadable: Bool { !isClosing && !session.isTerminated }

  /// Whether the peer has to read before it is read.
  private var hasToRead: Bool { isBlocked && !sizes.readsWhileBlocked }

  /// Has the socket watched for what the connection waits for.
  private func watch() {
    guard let number = socket?.number else { return }
    var wanted: Readiness = []
    if isReadable, !isWaitingForSlice, !hasToRead { wanted.insert(.readable) }
    if isBlocked { wanted.insert(.writable) }
    guard wanted != watched else { return }
    watched = wanted
    eventLoop.change(number, to: wanted)
  }

  private func read() {
    session.beginTurn()
    if readFromSocket() { endTurn() }
  }

  /// Reads until there are no bytes or the turn's budget is spent. Returns whether the connection continues.
  private func readFromSocket() -> Bool {
    let size = min(eventLoop.readBuffer.count, sizes.read)
    for _ in 0..<Self.readsPerTurn
    where isReadable && !hasToRead && !session.hasPendingBytes && !session.budget.isSpent {
      guard let number = socket?.number else { return false }
      let count = recv(number, eventLoop.readBuffer.baseAddress, size, 0)
      guard count > 0 else {
        if count == 0 {
          close(nil)
          return false
        }
        switch errno {
        case EAGAIN, EINTR: return true
        case let code:
          close(.session(SystemError(code).description))
          return false
        }
      }
      transferredBytes += UInt64(count)
      let bytes = UnsafeRawBufferPointer(rebasing: eventLoop.readBuffer[..<count])
      guard take({ session throws(HTTP2Failure) in try session.receive(bytes) }) else { return false }
      if count < size { break }
    }
    return true
  }

  /// Returns whether the connection continues.
  private func take(_ receive: (HTTP2Session) throws(HTTP2Failure) -> Void) -> Bool {
    guard delegate != nil else { return isOpen }
    isReading = true
    hasReceivedSinceTick = true
    do throws(HTTP2Failure) {
      try receive(session)
      delegate?.receivedBatch()
      return true
    } catch {
      isReading = false
      flush()
      close(error)
      return false
    }
  }

  private func endTurn() {
    if session.hasPendingBytes || session.budget.isSpent { waitForSlice() }
    flushAfterReading()
    watch()
  }

  /// Lets the other connections of the loop have their turn. Those whose work exceeds a turn wait for each other: one of
  /// them goes on in each turn, however many they are.
  private func waitForSlice() {
    guard !isWaitingForSlice, isReadable else { return }
    isWaitingForSlice = true
    eventLoop.slices.append(on: eventLoop) { self.continueReading() }
  }

  private func continueReading() {
    isWaitingForSlice = false
    guard isOpen, isReadable else { return }
    session.beginTurn()
    if session.hasPendingBytes {
      guard take({ session throws(HTTP2Failure) in try session.resumeReceiving() }) else { return }
    }
    if readFromSocket() { endTurn() }
  }

  private func flushAfterReading() {
    isReading = false
    flush()
  }

  // MARK: Writing

  /// Schedules a flush at the end of the current batch of reads or turn of the loop.
  func setNeedsFlush() {
    eventLoop.assertOnLoop()
    guard !isReading, !isFlushScheduled else { return }
    isFlushScheduled = true
    eventLoop.execute {
      self.isFlushScheduled = false
      self.flush()
    }
  }

  /// Writes pending frames to the socket. Must not be called while the session is receiving.
  func flush() {
    eventLoop.assertOnLoop()
    guard delegate != nil, let number = socket?.number else { return }
    defer { reportUnread() }
    do throws(HTTP2Failure) {
      var isMore = true
      var batches = 0
      while !isBlocked, isMore || !unsent.isEmpty {
        batches += 1
        guard batches <= Self.writesPerTurn else { return setNeedsFlush() }
        isMore = try session.send(into: &unsent, limit: sizes.write)
        let waiting = unsent.count
        let result = unsent.write(to: number)
        transferredBytes += UInt64(waiting - unsent.count)
        switch result {
        case .all: break
        case .some:
          isBlocked = true
          watch()
        case .failed(let code): return close(.session(SystemError(code).description))
        }
      }
      if session.isFinished || session.isTerminated { closeWhenWritten() }
    } catch {
      close(error)
    }
  }

  /// Tells the delegate of bytes that wait for the peer, if their number has changed.
  private func reportUnread() {
    let count = isBlocked ? unsent.count : 0
    guard count != reportedUnread else { return }
    let change = count - reportedUnread
    reportedUnread = count
    delegate?.unreadBytesChanged(by: change)
  }

  /// Closes the connection once all bytes are written: closing immediately would truncate the last responses.
  private func closeWhenWritten() {
    if !isClosing {
      isClosing = true
      // A peer that goes on sending must not be read for nothing.
      watch()
      delegate?.sessionFinished()
      keepaliveTimer?.cancel()
      keepaliveTimer = eventLoop.schedule(in: timing.lingerTimeout) { self.close(nil) }
    }
    if unsent.isEmpty, session.isFinished { close(nil) }
  }

  /// Closes the connection immediately.
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
    // Armed timers would retain the connection until they fire.
    prefaceTimer?.cancel()
    keepaliveTimer?.cancel()
    delegate.unreadBytesChanged(by: -reportedUnread)
    reportedUnread = 0
    delegate.transportClosed(failure)
    session.delegate = nil
    session.onPingAcknowledged = nil
    session.onSettings = nil
  }
}
