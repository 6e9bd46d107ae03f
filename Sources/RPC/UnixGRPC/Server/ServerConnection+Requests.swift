/// Receives calls: from the first header to the start of the handler.
extension ServerConnection {
  func headersBegan(stream: Int32) {
    eventLoop.assertOnLoop()
    // A second header block on a stream is its trailers, which gRPC requests do not have.
    guard call(on: stream) == nil else { return }
    let call = ServerCall(streamID: stream, maximumMessageSize: limits.maximumReceiveMessageSize)
    if server.configuration.callObserver != nil { call.startTime = .now }
    insert(call)
  }

  func header(stream: Int32, name: HeaderName, nameBytes: Span<UInt8>, value: Span<UInt8>) {
    guard let call = call(on: stream), !call.hasHeaders else { return }
    // RFC 9113 section 6.5.2 adds 32 bytes of overhead per field.
    call.headerBytes += nameBytes.count + value.count + 32
    guard call.headerBytes <= Int(limits.maximumHeaderListSize) else {
      call.hasOversizeHeaders = true
      return
    }
    switch name {
    case .path:
      note(.path, on: call)
      call.route = server.router.route(path: value)
      if call.route == nil { call.path = value.withUnsafeBufferPointer { Array($0) } }
    case .method:
      note(.method, on: call)
      call.isPost = value.equals("POST")
    case .scheme: note(.scheme, on: call)
    case .authority: note(.authority, on: call)
    case .te: if !value.equals("trailers") { call.isMalformed = true }
    case .contentType: call.isGRPC = value.isGRPCContentType
    case .timeout:
      guard let timeout = GRPCTimeout(headerValue: value) else {
        call.refusal = GRPCStatus(code: .invalidArgument, message: "the grpc-timeout header is malformed")
        return
      }
      call.deadline = .now + timeout.duration
    case .encoding: call.decoder.encoding = MessageEncoding(value)
    case .acceptEncoding: call.acceptsGzip = value.contains("gzip")
    case .status: call.isMalformed = true
    case .userAgent, .grpcStatus, .grpcMessage, .grpcStatusDetails: break
    case .other:
      guard HTTP2Session.isFieldValid(name: nameBytes, value: value) else {
        call.isMalformed = true
        return
      }
      do { try call.metadata.addReceived(name: nameBytes, value: value) } catch {
        call.refusal = GRPCStatus(code: .invalidArgument, message: "\(error)")
      }
    }
  }

  private func note(_ pseudoHeader: RequestPseudoHeaders, on call: ServerCall) {
    if !call.pseudoHeaders.insert(pseudoHeader).inserted { call.isMalformed = true }
  }

  func headersEnded(stream: Int32, endsStream: Bool) {
    guard let call = call(on: stream) else { return }
    if call.hasHeaders {
      if endsStream { return requestEnded(call) }
      // Trailers end a request (RFC 9113 section 8.1).
      return session.reset(stream: stream, .protocolError)
    }
    call.hasHeaders = true
    guard !call.hasOversizeHeaders else {
      // Fields past the limit were not parsed, so checks for missing fields do not apply.
      return finish(
        call,
        GRPCStatus(
          code: .resourceExhausted,
          message: "the headers are larger than \(limits.maximumHeaderListSize) bytes"
        )
      )
    }
    guard !call.isMalformed, call.pseudoHeaders.isSuperset(of: .required) else {
      call.status = GRPCStatus(code: .internal, message: "not a valid HTTP/2 request")
      return session.reset(stream: stream, .protocolError)
    }
    guard call.isPost else { return refuseHTTP(call, status: "405") }
    guard call.isGRPC else { return refuseHTTP(call, status: "415") }
    let caller: String?
    do throws(GRPCStatus) {
      caller = try authorize(call)
      try check(call)
    } catch {
      return finish(call, error)
    }
    guard let route = call.route else { return finish(call, server.unimplemented(path: call.path)) }
    call.context = ServerContext(
      method: route.method,
      peer: peer,
      caller: caller,
      requestMetadata: call.metadata,
      eventLoopDeadline: call.deadline
    )
    if call.deadline != nil { watchDeadline(of: call) }
    if !call.takesSingleRequest {
      call.requests = InboundMessages { [self] in post(.drained(stream)) }
      ready.append(call)
    }
    if endsStream { requestEnded(call) }
  }

  /// Returns the caller's name, or `nil` if the server has no authorizer.
  ///
  /// Runs before any other gRPC check, so that a denied caller learns nothing else about the server.
  private func authorize(_ call: ServerCall) throws(GRPCStatus) -> String? {
    guard let authorizer = server.configuration.authorizer else { return nil }
    if let route = call.route { return try authorizer.authorize(route.method, peer) }
    let path = String(decoding: call.path, as: UTF8.self)
    return try authorizer.authorize(MethodName(path: path) ?? MethodName(service: "", method: path), peer)
  }

  /// Throws if the call must not be dispatched to its handler.
  private func check(_ call: ServerCall) throws(GRPCStatus) {
    if let refusal = call.refusal { throw refusal }
    guard call.route == nil || call.decoder.encoding != .unsupported else {
      throw GRPCStatus(code: .unimplemented, message: "the message encoding is not supported: use gzip or identity")
    }
  }

  func data(stream: Int32, _ bytes: UnsafeRawBufferPointer) {
    session.consumeConnection(bytes: bytes.count)
    guard let call = call(on: stream), call.status == nil else {
      return session.consume(stream: stream, bytes: bytes.count)
    }
    var rest = bytes
    do {
      while let message = try call.decoder.next(from: &rest, gzip: gzip) {
        try take(message, for: call)
        try countHeldBytes(of: call)
      }
      try countHeldBytes(of: call)
    } catch {
      session.consume(stream: stream, bytes: bytes.count)
      call.requests?.fail(error)
      call.gate?.close(error)
      call.task?.cancel()
      call.decoder.discard()
      return finish(call, error)
    }
    if let requests = call.requests, !requests.isEmpty {
      call.withheldBytes += bytes.count
    } else {
      session.consume(stream: stream, bytes: bytes.count)
    }
  }

  /// Updates the connection's count of partial messages and messages not yet taken by handlers.
  func countHeldBytes(of call: ServerCall) throws(GRPCStatus) {
    let held = call.decoder.partialByteCount + (call.singleRequest?.count ?? 0) + (call.requests?.waitingBytes ?? 0)
    heldBytes += held - call.heldBytes
    let isMore = held > call.heldBytes
    call.heldBytes = held
    guard isMore, heldBytes > limits.maximumBufferedBytes else { return }
    throw GRPCStatus(
      code: .resourceExhausted,
      message: "the connection holds \(heldBytes) bytes of requests that no handler has taken: send fewer at once"
    )
  }

  private func take(_ message: [UInt8], for call: ServerCall) throws(GRPCStatus) {
    guard call.takesSingleRequest else {
      call.requests?.push(message)
      return
    }
    guard call.singleRequest == nil else {
      throw GRPCStatus(code: .internal, message: "the method takes one request message, and a second one came")
    }
    call.singleRequest = message
  }

  func dataEnded(stream: Int32) {
    if let call = call(on: stream) { requestEnded(call) }
  }

  private func requestEnded(_ call: ServerCall) {
    call.isRequestEnded = true
    guard call.status == nil else { return }
    guard !call.decoder.isInsideMessage else {
      let status = GRPCStatus(code: .internal, message: "the request ended inside a message")
      call.requests?.fail(status)
      call.task?.cancel()
      return finish(call, status)
    }
    if let requests = call.requests { return requests.finish() }
    guard call.singleRequest != nil else {
      return finish(call, GRPCStatus(code: .internal, message: "the method takes a request message, and none came"))
    }
    ready.append(call)
  }

  func giveBackWindow(of call: ServerCall) {
    // The count can only shrink here, so the limit cannot be exceeded.
    try? countHeldBytes(of: call)
    guard call.withheldBytes > 0 else { return }
    session.consume(stream: call.streamID, bytes: call.withheldBytes)
    call.withheldBytes = 0
  }

  // MARK: Handlers

  func receivedBatch() {
    eventLoop.assertOnLoop()
    // Started after the batch: a handler that replies synchronously must not reenter nghttp2's receive function.
    while !ready.isEmpty {
      var batch: [ServerCall] = []
      swap(&batch, &ready)
      for (index, call) in batch.enumerated() where call.status == nil {
        start(call)
        if (index + 1).isMultiple(of: HTTP2Transport.pipelineDepth) { transport.flush() }
      }
    }
  }

  private func start(_ call: ServerCall) {
    guard let handler = call.route?.handler, let context = call.context else { return }
    let stream = call.streamID
    let request = call.singleRequest ?? []
    call.singleRequest = nil
    heldBytes -= call.heldBytes
    call.heldBytes = 0
    switch handler {
    case .deferredUnary(let handle):
      handle(request, context, UnaryReply(streamID: stream, connection: self))
    case .unary(let handle):
      run(call) { connection in
        let result: Result<[UInt8], any Error>
        do { result = .success(try await handle(request, context)) } catch { result = .failure(error) }
        connection.post(.unaryResult(stream, result))
      }
    case .clientStreaming(let handle):
      guard let requests = call.requests else { return }
      run(call) { connection in
        let result: Result<[UInt8], any Error>
        do { result = .success(try await handle(RequestStream(messages: requests), context)) } catch {
          result = .failure(error)
        }
        connection.post(.unaryResult(stream, result))
      }
    case .serverStreaming(let handle):
      let writer = writer(for: call)
      run(call) { connection in
        let result: Result<Void, any Error>
        do { result = .success(try await handle(request, writer, context)) } catch { result = .failure(error) }
        connection.post(.finish(stream, result))
      }
    case .bidirectionalStreaming(let handle):
      guard let requests = call.requests else { return }
      let writer = writer(for: call)
      run(call) { connection in
        let result: Result<Void, any Error>
        do { result = .success(try await handle(RequestStream(messages: requests), writer, context)) } catch {
          result = .failure(error)
        }
        connection.post(.finish(stream, result))
      }
    }
  }

  /// Runs a handler as a task that starts synchronously and resumes on this event loop.
  private func run(_ call: ServerCall, _ body: @escaping @Sendable (ServerConnection) async -> Void) {
    let task = Task.immediate(executorPreference: eventLoop) { [self] in await body(self) }
    if call.status == nil { call.task = task }
  }

  private func writer(for call: ServerCall) -> ResponseWriter {
    let gate = OutboundGate()
    call.gate = gate
    return ResponseWriter(streamID: call.streamID, connection: self, gate: gate)
  }
}
