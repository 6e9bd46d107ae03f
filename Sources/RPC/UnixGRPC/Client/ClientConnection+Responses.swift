import Encodings

/// Receives responses: from the first header to the status.
extension ClientConnection {
  func headersBegan(stream: Int32) {
    guard let call = call(on: stream) else { return }
    call.isReadingTrailers = call.hasHeaders
    call.block = ResponseBlock()
    call.headerBytes = 0
  }

  func header(stream: Int32, name: HeaderName, nameBytes: Span<UInt8>, value: Span<UInt8>) {
    guard let call = call(on: stream), call.status == nil else { return }
    call.headerBytes += nameBytes.count + value.count + 32
    guard call.headerBytes <= Int(limits.maximumHeaderListSize) else { return refuseOversizeHeaders(of: call) }
    switch name {
    case .status: call.httpStatus = HTTPStatus(value)
    case .contentType: call.isGRPC = value.isGRPCContentType
    case .encoding: call.decoder.encoding = MessageEncoding(value)
    case .grpcStatus: call.block.code = GRPCStatus.Code(headerValue: value) ?? .unknown
    case .grpcMessage: call.block.message = StatusMessage.decode(value)
    case .grpcStatusDetails: call.block.details = Base64.decode(value)
    case .other:
      do { try call.block.metadata.addReceived(name: nameBytes, value: value) } catch {
        cancel(call, GRPCStatus(code: .internal, message: "the server sent metadata that cannot be read: \(error)"))
      }
    case .acceptEncoding, .method, .scheme, .path, .authority, .te, .userAgent, .timeout, .host, .contentLength,
      .connectionSpecific:
      break
    }
  }

  func headersShortened(stream: Int32) {
    if let call = call(on: stream) { refuseOversizeHeaders(of: call) }
  }

  private func refuseOversizeHeaders(of call: ClientCall) {
    cancel(
      call,
      GRPCStatus(
        code: .resourceExhausted,
        message: "the response headers are larger than \(limits.maximumHeaderListSize) bytes"
      )
    )
  }

  func headersEnded(stream: Int32, endsStream: Bool) {
    guard let call = call(on: stream), call.status == nil else { return }
    if !call.hasHeaders, let httpStatus = call.httpStatus, (100..<200).contains(httpStatus.code) { return }
    if !call.isReadingTrailers {
      call.hasHeaders = true
      if let refusal = refusal(of: call) { return cancel(call, refusal) }
      if !endsStream {
        call.initialMetadata = call.block.metadata
        if case .stream(let events) = call.receiver { events.receivedInitialMetadata(call.initialMetadata) }
      }
    }
    if endsStream { responseEnded(call) }
  }

  private func refusal(of call: ClientCall) -> GRPCStatus? {
    // A gRPC status takes precedence over the HTTP status.
    if call.block.code != nil { return nil }
    guard call.httpStatus?.code == 200 else {
      return call.httpStatus?.grpcStatus
        ?? GRPCStatus(code: .unknown, message: "the server answered without an HTTP status")
    }
    guard call.isGRPC else {
      return GRPCStatus(code: .unknown, message: "the server's answer is not gRPC: its content-type says otherwise")
    }
    if call.decoder.encoding == .unsupported {
      return GRPCStatus(code: .internal, message: "the server compresses in a way that was not offered to it")
    }
    return nil
  }

  func data(stream: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
    session.consumeConnection(bytes: bytes.count)
    guard let call = call(on: stream), call.status == nil else {
      session.consume(stream: stream, bytes: bytes.count)
      return true
    }
    var rest = bytes
    return decode(&rest, byteCount: bytes.count, of: call, on: stream)
  }

  func continueData() -> Bool {
    guard let unfinished = unfinishedData else { return true }
    unfinishedData = nil
    // The call may have ended meanwhile.
    guard let call = call(on: unfinished.stream), call.status == nil else {
      session.consume(stream: unfinished.stream, bytes: unfinished.byteCount)
      return true
    }
    return unfinished.rest.withUnsafeBytes { rest in
      var rest = rest
      return decode(&rest, byteCount: unfinished.byteCount, of: call, on: unfinished.stream)
    }
  }

  /// Decodes the rest of a DATA frame of `byteCount` bytes, until the budget of the turn is spent. Returns whether all of it
  /// was decoded.
  private func decode(
    _ rest: inout UnsafeRawBufferPointer,
    byteCount: Int,
    of call: ClientCall,
    on stream: Int32
  ) -> Bool {
    do throws(GRPCStatus) {
      decoding: while true {
        switch try call.decoder.next(from: &rest, gzip: gzip, budget: &session.budget) {
        case .message(let message):
          session.allowance.earn(OverheadAllowance.perMessage)
          try take(message, for: call)
          guard session.budget.isSpent, !rest.isEmpty else { continue }
        case .interrupted: break
        case .incomplete: break decoding
        }
        unfinishedData = UnfinishedData(stream: stream, rest: Array(rest), byteCount: byteCount)
        return false
      }
    } catch {
      session.consume(stream: stream, bytes: byteCount)
      cancel(call, error)
      return true
    }
    if case .stream(let events) = call.receiver, !events.messages.isEmpty {
      call.withheldBytes += byteCount
    } else {
      session.consume(stream: stream, bytes: byteCount)
    }
    return true
  }

  private func take(_ message: [UInt8], for call: ClientCall) throws(GRPCStatus) {
    transport.eventLoop.polling.messageArrived()
    switch call.receiver {
    case .stream(let events): events.messages.push(message)
    case .unary:
      guard call.unaryMessage == nil else {
        throw GRPCStatus(code: .internal, message: "the server sent a second response to a unary call")
      }
      call.unaryMessage = message
    case nil: break
    }
  }

  func dataEnded(stream: Int32) {
    // A gRPC response ends with trailers, so its status is missing.
    if let call = call(on: stream) {
      cancel(call, GRPCStatus(code: .internal, message: "the server ended the call without a status"))
    }
  }

  private func responseEnded(_ call: ClientCall) {
    let status =
      call.block.status
      ?? GRPCStatus(code: .unknown, message: "the server ended the call without a status")
    if status.code == .ok, call.decoder.isInsideMessage {
      return complete(call, GRPCStatus(code: .internal, message: "the response ended inside a message"))
    }
    complete(call, status.code == .ok ? .ok : status)
    if !call.body.isEnded, let stream = call.streamID {
      // The server ignores the rest of the request.
      call.body.discard()
      session.reset(stream: stream, .cancel)
    }
  }

  func sentEndOfStream(stream: Int32) {}

  func isPrematureReset(stream: Int32) -> Bool { false }
}
