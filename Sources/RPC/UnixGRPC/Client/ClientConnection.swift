import Threads

/// An operation that a caller posts to its connection.
enum ClientOperation: Sendable {
  case start(ClientCall)
  case message(ClientCall, [UInt8])
  case finishSending(ClientCall)
  case cancel(ClientCall)
  /// The reader of a response stream has emptied its buffer.
  case drained(ClientCall)
  /// Accept no new calls, and close when the open ones have ended.
  case shutDown
}

/// The client side of a connection.
///
/// `@unchecked Sendable`: all members are accessed on the connection's event loop only, which debug builds assert;
/// `post(_:)` goes through a mailbox.
final class ClientConnection: HTTP2TransportDelegate, DeadlineOwner, @unchecked Sendable {
  /// Stream identifiers end at 2³¹ − 1 (RFC 9113 section 5.1.1); the connection is replaced before it reaches the end.
  private static let lastUsefulStream: Int32 = .max - 1_000_000

  let transport: HTTP2Transport
  let limits: ConnectionLimits
  let gzip = GzipCodec()
  private var calls: [Int32: ClientCall] = [:]
  /// The call of the last event, cached because the next event usually concerns the same call.
  private var recent: ClientCall?
  /// Data of a call that is decoded in a later turn.
  var unfinishedData: UnfinishedData?
  /// Results of the current batch of reads. Their callers are resumed together at its end, because resuming each one
  /// separately costs a system call per call.
  private var pendingResults: [(UnsafeContinuation<UnaryResponse, any Error>, Result<UnaryResponse, any Error>)] = []
  /// The reason that no new calls can start, if there is one.
  private var refusal: GRPCStatus?
  /// Calls started and not completed. Fewer than `calls`, whose streams may wait for a peer that does not read.
  private var uncompletedCalls = 0
  /// Whether the connection closes with the last of these.
  private var isShutDown = false
  private let deadlines: DeadlineTimer<ClientConnection>
  private let mailbox = Mailbox<ClientOperation>()
  /// Called once, on the event loop, when new calls need another connection.
  private var retired: (@Sendable (ClientConnection) -> Void)?

  init(transport: HTTP2Transport, limits: ConnectionLimits, retired: @escaping @Sendable (ClientConnection) -> Void) {
    self.transport = transport
    self.limits = limits
    self.retired = retired
    deadlines = DeadlineTimer(eventLoop: transport.eventLoop)
  }

  var session: HTTP2Session { transport.session }
  var isIdle: Bool { calls.isEmpty }

  /// The open call on `stream`.
  func call(on stream: Int32) -> ClientCall? {
    transport.eventLoop.assertOnLoop()
    if let recent, recent.streamID == stream { return recent }
    recent = calls[stream]
    return recent
  }

  // MARK: From callers

  /// Posts `operation` to the connection from any thread. Operations of one thread keep their order.
  func post(_ operation: ClientOperation) {
    if transport.eventLoop.inEventLoop {
      deliverMailbox()
      apply(operation)
    } else if case .posted(wakesTaker: true) = mailbox.post(operation) {
      transport.eventLoop.execute { self.deliverMailbox() }
    }
  }

  private func deliverMailbox() {
    for operation in mailbox.takeAll() { apply(operation) }
  }

  private func apply(_ operation: ClientOperation) {
    transport.eventLoop.assertOnLoop()
    switch operation {
    case .start(let call): start(call)
    case .message(let call, let message): send(message, on: call)
    case .finishSending(let call):
      call.body.end()
      wakeBody(of: call)
    case .cancel(let call):
      if call.isStarted { cancel(call, .cancelledByCaller) } else { call.isCancelledEarly = true }
    case .drained(let call):
      if let stream = call.streamID, call.withheldBytes > 0 {
        session.consume(stream: stream, bytes: call.withheldBytes)
        call.withheldBytes = 0
      }
    case .shutDown:
      retire(GRPCStatus(code: .unavailable, message: "the client is closed"))
      isShutDown = true
      closeIfUnused()
    }
    transport.setNeedsFlush()
  }

  /// Makes a unary call and waits for its result. Throws ``CallFailure``.
  func unary(_ call: ClientCall) async throws -> UnaryResponse {
    try await withTaskCancellationHandler {
      // Resumed exactly once: every started call reaches `complete`, which takes the continuation out of the call on the
      // event loop.
      try await withUnsafeThrowingContinuation { continuation in
        call.receiver = .unary(continuation)
        post(.start(call))
      }
    } onCancel: {
      post(.cancel(call))
    }
  }

  // MARK: Calls

  private func start(_ call: ClientCall) {
    call.isStarted = true
    uncompletedCalls += 1
    if call.isCancelledEarly { return complete(call, .cancelledByCaller) }
    if let refusal { return complete(call, refusal, mayRetry: true) }
    if let request = call.unaryRequest {
      send(request, on: call)
      call.body.end()
    }
    guard let stream = session.submitRequest(headers: call.headers) else {
      let status = GRPCStatus(code: .unavailable, message: "the connection takes no more calls")
      retire(status)
      return complete(call, status, mayRetry: true)
    }
    call.streamID = stream
    calls[stream] = call
    call.openCall = transport.eventLoop.polling.callBegan()
    deadlines.insert(call, for: self)
    if stream > Self.lastUsefulStream {
      retire(GRPCStatus(code: .unavailable, message: "the connection has used up its stream identifiers"))
    }
  }

  private func send(_ message: [UInt8], on call: ClientCall) {
    guard call.status == nil else { return }
    if call.compressesRequests {
      let compressed = gzip.compress(message)
      call.gate?.replace(message.count, by: compressed.count)
      call.body.append(compressed, isCompressed: true)
    } else {
      call.body.append(message, isCompressed: false)
    }
    wakeBody(of: call)
  }

  private func wakeBody(of call: ClientCall) {
    guard call.body.isDeferred, let stream = call.streamID else { return }
    call.body.isDeferred = false
    session.resume(stream: stream)
  }

  func readBody(stream: Int32, into buffer: UnsafeMutableRawBufferPointer) -> HTTP2BodyChunk {
    guard let call = call(on: stream) else { return .abandon }
    let (written, completed) = call.body.read(into: buffer)
    if completed > 0 { call.gate?.leave(completed) }
    if call.body.isEmpty, call.body.isEnded { return .end(written) }
    if written == 0 {
      call.body.isDeferred = true
      return .deferred
    }
    return .bytes(written)
  }

  /// Cancels a call from this side: resets its stream and completes it with `status`.
  func cancel(_ call: ClientCall, _ status: GRPCStatus) {
    transport.eventLoop.assertOnLoop()
    guard call.status == nil else { return }
    call.body.discard()
    if let stream = call.streamID { session.reset(stream: stream, .cancel) }
    complete(call, status)
  }

  // MARK: Ends

  func deadlinesPassed(_ calls: [ClientCall]) {
    for call in calls { cancel(call, .deadlineExceeded) }
    transport.setNeedsFlush()
  }

  /// Delivers the caller's result. Only the first one takes effect.
  func complete(_ call: ClientCall, _ status: GRPCStatus, mayRetry: Bool = false) {
    transport.eventLoop.assertOnLoop()
    guard call.status == nil else { return }
    call.status = status
    uncompletedCalls -= 1
    deadlines.remove(call)
    if let openCall = call.openCall { transport.eventLoop.polling.callEnded(openCall) }
    call.gate?.close(status.code == .ok ? .endedByServer : status)
    let receiver = call.receiver
    call.receiver = nil
    switch receiver {
    case .unary(let continuation):
      let result = unaryResult(of: call, status, mayRetry: mayRetry)
      if transport.isReading {
        pendingResults.append((continuation, result))
        if pendingResults.count == HTTP2Transport.pipelineDepth { resumePendingCallers() }
      } else {
        continuation.resume(with: result)
      }
    case .stream(let events):
      events.ended(status, trailingMetadata: call.block.metadata)
    case nil:
      break
    }
    closeIfUnused()
  }

  private func unaryResult(
    of call: ClientCall,
    _ status: GRPCStatus,
    mayRetry: Bool
  ) -> Result<UnaryResponse, any Error> {
    guard status.code == .ok else { return .failure(CallFailure(status: status, mayRetry: mayRetry)) }
    guard let message = call.unaryMessage else {
      let status = GRPCStatus(code: .internal, message: "the server answered OK without a response message")
      return .failure(CallFailure(status: status, mayRetry: false))
    }
    return .success(
      UnaryResponse(
        message: message,
        initialMetadata: call.initialMetadata,
        trailingMetadata: call.block.metadata
      )
    )
  }

  func receivedBatch() {
    transport.eventLoop.assertOnLoop()
    resumePendingCallers()
  }

  private func resumePendingCallers() {
    for (continuation, result) in pendingResults { continuation.resume(with: result) }
    pendingResults.removeAll(keepingCapacity: true)
  }

  func streamClosed(stream: Int32, error: HTTP2ErrorCode) {
    transport.eventLoop.assertOnLoop()
    guard let call = calls.removeValue(forKey: stream) else { return }
    if recent === call { recent = nil }
    // REFUSED_STREAM means that the server has not processed the call (RFC 9113 section 8.7).
    switch error {
    case .refusedStream: complete(call, error.status, mayRetry: !call.hasHeaders)
    case .noError: complete(call, GRPCStatus(code: .internal, message: "the server ended the call without a status"))
    // The server reached the deadline first and could no longer send its status.
    case .cancel where call.deadline.map({ $0 <= .now }) == true: complete(call, .deadlineExceeded)
    default: complete(call, error.status)
    }
  }

  func goAwayReceived(lastStream: Int32, error: HTTP2ErrorCode) {
    transport.eventLoop.assertOnLoop()
    // nghttp2 closes the streams above the last one with REFUSED_STREAM and lets the others finish.
    retire(GRPCStatus(code: .unavailable, message: "the server is shutting down"))
  }

  /// Refuses new calls; the connection closes when the open ones have ended.
  private func retire(_ status: GRPCStatus) {
    guard refusal == nil else { return }
    refusal = status
    retired?(self)
    retired = nil
    session.submitGoAway()
    transport.setNeedsFlush()
  }

  /// Closes a connection that nobody needs, in a turn of its own because the session may be receiving. What the socket does
  /// not take now stays unsent: a server that has stopped reading must not hold up the client's end.
  private func closeIfUnused() {
    guard isShutDown, uncompletedCalls == 0 else { return }
    transport.eventLoop.execute {
      self.transport.flush()
      self.transport.close(nil)
    }
  }

  func transportClosed(_ failure: HTTP2Failure?) {
    transport.eventLoop.assertOnLoop()
    let text = failure.map { "the connection failed: \($0)" } ?? "the server closed the connection"
    endAllCalls(GRPCStatus(code: .unavailable, message: text))
  }

  func sessionFinished() {
    transport.eventLoop.assertOnLoop()
    endAllCalls(GRPCStatus(code: .unavailable, message: "the connection has ended"))
  }

  private func endAllCalls(_ status: GRPCStatus) {
    retire(status)
    let open = calls
    calls = [:]
    recent = nil
    for call in open.values { complete(call, status) }
    deadlines.cancel()
    deliverMailbox()
    // No further batch will end, so resume callers whose results arrived just before the connection failed.
    resumePendingCallers()
  }

}

extension GRPCStatus {
  fileprivate static let endedByServer = GRPCStatus(
    code: .cancelled,
    message: "the server has ended the call with OK and takes no more requests"
  )
}

/// The failure of a unary call, and whether it may be retried because the server provably has not processed it.
struct CallFailure: Error {
  let status: GRPCStatus
  let mayRetry: Bool
}
