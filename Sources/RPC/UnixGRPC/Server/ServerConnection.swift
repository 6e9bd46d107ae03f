import Logging
import Threads

/// An operation that a handler posts to its connection.
enum ServerOperation: Sendable {
  case unaryResult(Int32, Result<[UInt8], any Error>)
  case message(Int32, [UInt8])
  case finish(Int32, Result<Void, any Error>)
  /// The reader of a request stream has emptied its buffer.
  case drained(Int32)
}

/// The server side of a connection: handles its calls from the first header to the status.
///
/// `@unchecked Sendable`: all members are accessed on the connection's event loop only, which debug builds assert;
/// `post(_:)` goes through a mailbox.
final class ServerConnection: HTTP2TransportDelegate, DeadlineOwner, @unchecked Sendable {
  let peer: PeerCredentials
  let server: ServerCore
  let transport: HTTP2Transport
  let eventLoop: EventLoop
  /// The memory of the peer's user on this event loop.
  let account: UserAccount
  let gzip = GzipCodec()
  private var calls: [Int32: ServerCall] = [:]
  /// The call of the last event, cached because the next event usually concerns the same call.
  private var recent: ServerCall?
  /// Calls whose handlers start when the current batch of bytes has been processed.
  var ready: [ServerCall] = []
  /// The call that was started although the user's responses use up its memory.
  var callAtBound: Int32?
  /// Request bytes buffered and not yet taken by handlers.
  var heldBytes = 0
  /// Response bytes waiting for the peer's flow-control window.
  var unsentBytes = 0
  /// Data of a call that is decoded in a later turn.
  var unfinishedData: UnfinishedData?
  var isDraining = false
  var drainTimer: LoopTimer?
  private let deadlines: DeadlineTimer<ServerConnection>
  private let mailbox = Mailbox<ServerOperation>()
  private let closed: @Sendable (ServerConnection) -> Void

  /// - Parameter account: One that other connections share; by default one of its own.
  init(
    peer: PeerCredentials,
    server: ServerCore,
    transport: HTTP2Transport,
    eventLoop: EventLoop,
    account: UserAccount? = nil,
    closed: @escaping @Sendable (ServerConnection) -> Void
  ) {
    self.peer = peer
    self.server = server
    self.transport = transport
    self.eventLoop = eventLoop
    self.account =
      account
      ?? UserAccount(
        limit: server.configuration.userLimits.bytes,
        streamWindow: Int(server.configuration.limits.streamWindow),
        eventLoop: eventLoop
      )
    self.closed = closed
    deadlines = DeadlineTimer(eventLoop: eventLoop)
  }

  var session: HTTP2Session { transport.session }
  var limits: ConnectionLimits { server.configuration.limits }
  var isIdle: Bool { calls.isEmpty }
  var openCalls: some Collection<ServerCall> { calls.values }

  /// The open call on `stream`.
  func call(on stream: Int32) -> ServerCall? {
    eventLoop.assertOnLoop()
    if let recent, recent.streamID == stream { return recent }
    recent = calls[stream]
    return recent
  }

  func insert(_ call: ServerCall) {
    eventLoop.assertOnLoop()
    calls[call.streamID] = call
    recent = call
    call.openCall = eventLoop.polling.callBegan()
  }

  // MARK: From handlers

  /// Posts `operation` to the connection from any thread. Operations of one thread keep their order.
  func post(_ operation: ServerOperation) {
    if eventLoop.inEventLoop {
      deliverMailbox()
      apply(operation)
    } else if case .posted(wakesTaker: true) = mailbox.post(operation) {
      eventLoop.execute { self.deliverMailbox() }
    }
  }

  private func deliverMailbox() {
    for operation in mailbox.takeAll() { apply(operation) }
  }

  private func apply(_ operation: ServerOperation) {
    eventLoop.assertOnLoop()
    switch operation {
    case .unaryResult(let stream, .success(let message)):
      guard let call = call(on: stream), call.status == nil else { return }
      send(message, on: call)
      finish(call, .ok)
    case .unaryResult(let stream, .failure(let error)):
      if let call = call(on: stream) { finish(call, status(of: error, in: call)) }
    case .message(let stream, let message):
      guard let call = call(on: stream), call.status == nil else { return }
      send(message, on: call)
    case .finish(let stream, .success):
      if let call = call(on: stream) { finish(call, .ok) }
    case .finish(let stream, .failure(let error)):
      if let call = call(on: stream) { finish(call, status(of: error, in: call)) }
    case .drained(let stream):
      if let call = call(on: stream) { giveBackWindow(of: call) }
    }
    transport.setNeedsFlush()
  }

  /// Maps a handler's error to a status. Other errors are logged and hidden, because their text may be confidential.
  private func status(of error: any Error, in call: ServerCall) -> GRPCStatus {
    if let status = call.route?.errorStatus?(error) { return status }
    if let status = error as? GRPCStatus { return status }
    if let error = error as? any GRPCStatusConvertible { return error.status }
    if error is CancellationError { return .cancelledByCaller }
    server.log.report(
      .error,
      "a handler failed",
      about: "\(call.context?.method.description ?? "")",
      metadata: ["error": "\(error)"],
      on: eventLoop
    )
    return GRPCStatus(code: .unknown, message: "the server failed to handle the call")
  }

  // MARK: Deadlines

  func watchDeadline(of call: ServerCall) { deadlines.insert(call, for: self) }

  func deadlinesPassed(_ calls: [ServerCall]) {
    for call in calls { expire(call) }
    transport.setNeedsFlush()
  }

  func expire(_ call: ServerCall) {
    let status = GRPCStatus.deadlineExceeded
    call.requests?.fail(status)
    call.gate?.close(status)
    call.task?.cancel()
    // With unsent messages, reset: OK must not follow dropped messages, and a status must not wait for the peer to read.
    guard !call.body.isEmpty else { return finish(call, status) }
    call.body.discard()
    call.status = status
    session.reset(stream: call.streamID, .cancel)
  }

  // MARK: The end of calls and of the connection

  /// How long a call has to be open for its reset to count as an ordinary end. There are at most
  /// `maximumConcurrentStreams` such calls at a time.
  private static let ordinaryLifetime = Duration.seconds(1)

  func isPrematureReset(stream: Int32) -> Bool {
    // The stream of a call that was answered is closed. Where the answer has not been sent yet, the peer did not wait for it.
    guard let call = call(on: stream) else { return false }
    let age = MonotonicTime.now - call.startTime
    // A client's clock may be the first to see the deadline pass. It starts earlier than ours.
    if let deadline = call.deadline, age >= (deadline - call.startTime) / 2 { return false }
    return age < Self.ordinaryLifetime
  }

  func streamClosed(stream: Int32, error: HTTP2ErrorCode) {
    eventLoop.assertOnLoop()
    guard let call = calls.removeValue(forKey: stream) else { return }
    if recent === call { recent = nil }
    end(call)
  }

  private func end(_ call: ServerCall) {
    deadlines.remove(call)
    if let openCall = call.openCall { eventLoop.polling.callEnded(openCall) }
    setHeldBytes(of: call, to: 0)
    addUnsentBytes(-call.unsentBytes, to: call)
    leaveAccount(call)
    if call.status == nil {
      call.status = .cancelledByCaller
      call.task?.cancel()
    }
    call.requests?.fail(.cancelledByCaller)
    call.gate?.close(.cancelledByCaller)
    call.task = nil
    report(call)
    if isDraining, calls.isEmpty { transport.setNeedsFlush() }
  }

  private func report(_ call: ServerCall) {
    guard let observe = server.configuration.callObserver else { return }
    observe(
      CallSummary(
        path: call.route?.method.path ?? PrintableText.path(call.path),
        peer: peer,
        code: call.status?.code ?? .unknown,
        isHandled: call.isHandled,
        duration: MonotonicTime.now - call.startTime
      )
    )
  }

  func transportClosed(_ failure: HTTP2Failure?) {
    eventLoop.assertOnLoop()
    if let failure {
      server.log.report(
        .debug,
        "a connection failed",
        about: "uid \(peer.userID)",
        metadata: ["pid": "\(peer.processID)", "error": "\(failure)"],
        on: eventLoop
      )
    }
    endAllCalls()
    // An armed timer would retain the connection until it fires.
    drainTimer?.cancel()
    account.forget(self)
    closed(self)
  }

  func sessionFinished() {
    eventLoop.assertOnLoop()
    endAllCalls()
  }

  private func endAllCalls() {
    let open = calls.values
    calls = [:]
    recent = nil
    ready = []
    for call in open { end(call) }
    deadlines.cancel()
  }

  func goAwayReceived(lastStream: Int32, error: HTTP2ErrorCode) {}
}
