import NIOCore

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
/// `@unchecked Sendable`: every member is touched on the channel's event loop only; the conformance lets the
/// connection schedule a flush there.
final class HTTP2Transport: ChannelInboundHandler, @unchecked Sendable {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// Bytes put into one write before asking the socket whether it still takes them.
  private static let writeBatch = 256 * 1024
  /// A write buffer larger than this is not kept for the next write.
  private static let retainedBuffer = 64 * 1024

  /// Calls of one batch that are done before the other side is let to work on them: both sides are busy at once, and
  /// a wake-up is still shared by many calls.
  static let pipelineDepth = 16

  let session: HTTP2Session
  let eventLoop: any EventLoop
  private let timing: ConnectionTiming
  private var delegate: (any HTTP2TransportDelegate)?
  private var context: ChannelHandlerContext?
  private var outgoing = ByteBuffer()
  /// A batch of bytes is being taken in; what waits is flushed at its end.
  private(set) var isReading = false
  private var isFlushScheduled = false
  private var isClosing = false
  private var prefaceTimer: Scheduled<Void>?
  private var keepaliveTimer: Scheduled<Void>?
  private var heardSinceTick = false
  private var quietTicks: Int64 = 0

  init(role: HTTP2Session.Role, limits: ConnectionLimits, timing: ConnectionTiming, eventLoop: any EventLoop) {
    session = HTTP2Session(role: role, limits: limits)
    self.timing = timing
    self.eventLoop = eventLoop
  }

  /// Gives the transport its user, and keeps it until the connection is over.
  func attach(_ delegate: any HTTP2TransportDelegate) {
    self.delegate = delegate
    session.delegate = delegate
  }

  // MARK: ChannelInboundHandler

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    if context.channel.isActive { begin() }
  }

  func channelActive(context: ChannelHandlerContext) {
    begin()
    context.fireChannelActive()
  }

  private func begin() {
    flush()
    prefaceTimer = eventLoop.scheduleTask(in: timing.prefaceTimeout) {
      // A peer that connects and says nothing holds a descriptor for nothing.
      if !self.session.hasReceivedSettings { self.close(.notHTTP2) }
    }
    scheduleTick()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard delegate != nil else { return }
    isReading = true
    heardSinceTick = true
    do {
      try unwrapInboundIn(data).withUnsafeReadableBytes { bytes throws(HTTP2Failure) in try session.receive(bytes) }
      delegate?.receivedBatch()
    } catch {
      isReading = false
      flush()
      close(error)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    isReading = false
    flush()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { flush() }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    close(.session("\(error)"))
  }

  func channelInactive(context: ChannelHandlerContext) {
    end(nil)
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    end(nil)
    self.context = nil
  }

  // MARK: Writing

  /// Has what waits in the session written when the current batch of reads, or turn of the loop, ends.
  func setNeedsFlush() {
    guard !isReading, !isFlushScheduled else { return }
    isFlushScheduled = true
    eventLoop.execute {
      self.isFlushScheduled = false
      self.flush()
    }
  }

  /// Writes what waits in the session. Not to be called while the session takes bytes in.
  func flush() {
    guard let context, delegate != nil else { return }
    do throws(HTTP2Failure) {
      var isMore = true
      while isMore, context.channel.isWritable {
        outgoing.clear()
        isMore = try session.send(into: &outgoing, limit: Self.writeBatch)
        if outgoing.readableBytes > 0 {
          context.writeAndFlush(wrapOutboundOut(outgoing), promise: nil)
        }
        if outgoing.capacity > Self.retainedBuffer { outgoing = ByteBuffer() }
      }
      if session.isFinished { closeWhenWritten(context) }
    } catch {
      close(error)
    }
  }

  /// Closes the connection once the peer has taken what was written: closing at once would cut off the last answers.
  private func closeWhenWritten(_ context: ChannelHandlerContext) {
    guard !isClosing else { return }
    isClosing = true
    delegate?.sessionFinished()
    context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in self.close(nil) }
    keepaliveTimer?.cancel()
    keepaliveTimer = eventLoop.scheduleTask(in: timing.lingerTimeout) { self.close(nil) }
  }

  /// Closes the connection at once.
  func close(_ failure: HTTP2Failure?) {
    end(failure)
    context?.close(promise: nil)
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
    keepaliveTimer = eventLoop.scheduleTask(in: interval) { self.tick(interval) }
  }

  private func tick(_ interval: TimeAmount) {
    guard let delegate, !isClosing else { return }
    if heardSinceTick || !delegate.isIdle {
      quietTicks = 0
    } else {
      quietTicks += 1
    }
    if let idleTimeout = timing.idleTimeout, delegate.isIdle,
      quietTicks * interval.nanoseconds >= idleTimeout.nanoseconds
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
    keepaliveTimer = eventLoop.scheduleTask(in: timing.keepaliveTimeout) {
      guard self.delegate != nil, !self.isClosing else { return }
      guard self.heardSinceTick else { return self.close(.session("no answer to a keepalive ping")) }
      // The answer to the ping is no sign of use, so idleness goes on.
      self.heardSinceTick = false
      self.scheduleTick()
    }
  }
}
