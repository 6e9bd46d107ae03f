/// Receives the headers of calls, and decides whether they have a handler to go to.
extension ServerConnection {
  func headersBegan(stream: Int32) {
    eventLoop.assertOnLoop()
    // A second header block on a stream is its trailers, which gRPC requests do not have.
    guard let call = call(on: stream) else {
      return insert(ServerCall(streamID: stream, maximumMessageSize: limits.maximumReceiveMessageSize))
    }
    call.headerBytes = 0
  }

  func header(stream: Int32, name: HeaderName, nameBytes: Span<UInt8>, value: Span<UInt8>) {
    guard let call = call(on: stream) else { return }
    // RFC 9113 section 6.5.2 adds 32 bytes of overhead per field.
    call.headerBytes += nameBytes.count + value.count + 32
    guard call.headerBytes <= Int(limits.maximumHeaderListSize) else {
      call.hasOversizeHeaders = true
      return
    }
    guard !call.hasHeaders else { return call.rules.checkTrailer(name, nameBytes, value) }
    if name == .path { call.route = server.router.route(path: value) }
    call.rules.check(name, nameBytes, value, isKnownPath: call.route != nil)
    switch name {
    case .path: if call.route == nil { call.path = value.withUnsafeBufferPointer { Array($0) } }
    case .contentType: call.isGRPC = value.isGRPCContentType
    case .timeout:
      guard let timeout = GRPCTimeout(headerValue: value) else {
        call.refusal = GRPCStatus(code: .invalidArgument, message: "the grpc-timeout header is malformed")
        return
      }
      call.deadline = call.startTime + timeout.duration
    case .encoding: call.decoder.encoding = MessageEncoding(value)
    case .acceptEncoding: call.acceptsGzip = value.contains("gzip")
    case .other:
      do { try call.metadata.addReceived(name: nameBytes, value: value) } catch {
        call.refusal = GRPCStatus(code: .invalidArgument, message: "\(error)")
      }
    case .method, .scheme, .authority, .status, .te, .userAgent, .host, .contentLength, .connectionSpecific,
      .grpcStatus, .grpcMessage, .grpcStatusDetails:
      break
    }
  }

  func headersShortened(stream: Int32) {
    call(on: stream)?.hasOversizeHeaders = true
  }

  func headersEnded(stream: Int32, endsStream: Bool) {
    guard let call = call(on: stream) else { return }
    guard !call.hasHeaders else { return trailersEnded(call, endsStream: endsStream) }
    call.hasHeaders = true
    // Known also of a call that is refused: a stream that has ended must not be reset.
    call.isRequestEnded = endsStream
    guard !call.hasOversizeHeaders else { return refuseOversizeHeaders(of: call) }
    guard !call.rules.isMalformed, !endsStream || call.rules.isComplete else { return resetMalformed(call) }
    guard call.rules.isPost else { return refuseHTTP(call, status: "405") }
    guard call.isGRPC else { return refuseHTTP(call, status: "415") }
    let caller: String?
    do throws(GRPCStatus) {
      caller = try authorize(call)
      try check(call)
    } catch {
      session.budget.spend(TurnBudget.refusedCall)
      return finish(call, error)
    }
    guard let route = call.route else { return finish(call, server.unimplemented(path: call.path)) }
    call.context = ServerContext(
      method: route.method,
      peer: peer,
      caller: caller,
      requestMetadata: call.metadata,
      eventLoopDeadline: call.deadline,
      backgroundExecutor: eventLoop.background
    )
    if call.deadline != nil { watchDeadline(of: call) }
    if !call.takesSingleRequest {
      call.requests = InboundMessages(readOn: eventLoop) { [self] in post(.drained(stream)) }
      ready.append(call)
    }
    if endsStream { requestEnded(call) }
  }

  /// Trailers end a request (RFC 9113 section 8.1).
  private func trailersEnded(_ call: ServerCall, endsStream: Bool) {
    guard call.status == nil else {
      call.isRequestEnded = endsStream
      return
    }
    guard !call.hasOversizeHeaders else {
      call.isRequestEnded = endsStream
      return refuseOversizeHeaders(of: call)
    }
    guard endsStream, !call.rules.isMalformed else { return resetMalformed(call) }
    requestEnded(call)
  }

  /// Refuses a call for its headers alone. Fields past the limit were not looked at, so the other rules do not apply.
  private func refuseOversizeHeaders(of call: ServerCall) {
    fail(
      call,
      GRPCStatus(
        code: .resourceExhausted,
        message: "the headers are larger than \(limits.maximumHeaderListSize) bytes"
      )
    )
  }

  /// Resets a call that HTTP/2 does not allow (RFC 9113 section 8.1.1).
  func resetMalformed(_ call: ServerCall) {
    let status = GRPCStatus(code: .internal, message: "not a valid HTTP/2 request")
    abandon(call, status)
    call.status = status
    call.body.discard()
    session.reset(stream: call.streamID, .protocolError)
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
}
