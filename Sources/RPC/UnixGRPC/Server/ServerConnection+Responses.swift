import Encodings

/// Sends responses: from the handler's result to the last frame.
extension ServerConnection {
  private static let headers = HeaderList([":status": "200", "content-type": "application/grpc"])
  private static let gzipHeaders = HeaderList([
    ":status": "200", "content-type": "application/grpc", "grpc-encoding": "gzip",
  ])
  /// Limits in bytes. Peers accept header lists of 8 or 16 KiB and drop a larger list including its status.
  /// Percent-encoding can triple the message; the limit of the details applies to their encoded form.
  private static let statusMessageLimit = 1024
  private static let statusDetailsLimit = 5 * 1024

  private static let okTrailers = HeaderList(["grpc-status": "0"])

  func send(_ message: [UInt8], on call: ServerCall) {
    // Checked before the headers: a Trailers-Only response needs no window, but trailers after headers wait for the peer.
    guard unsentBytes == 0 || unsentBytes + message.count <= limits.maximumUnsentBytes else {
      return refuseToHoldMore(for: call)
    }
    guard sendHeaders(of: call) else { return }
    var payload = message
    if call.compresses {
      payload = gzip.compress(message)
      // The gate counted the uncompressed size.
      call.gate?.replace(message.count, by: payload.count)
    }
    addUnsentBytes(payload.count, to: call)
    call.body.append(payload, isCompressed: call.compresses)
    wakeBody(of: call)
  }

  private func refuseToHoldMore(for call: ServerCall) {
    let status = GRPCStatus(
      code: .resourceExhausted,
      message: "the connection holds \(unsentBytes) bytes of responses that its client has not read"
    )
    call.requests?.fail(status)
    call.gate?.close(status)
    call.task?.cancel()
    finish(call, status)
  }

  private func wakeBody(of call: ServerCall) {
    guard call.body.isDeferred else { return }
    call.body.isDeferred = false
    session.resume(stream: call.streamID)
  }

  /// Sends the response headers if they have not been sent. Returns false if the call has failed.
  private func sendHeaders(of call: ServerCall) -> Bool {
    guard !call.hasSentHeaders else { return true }
    let head = call.context?.responseHead ?? (metadata: Metadata(), compresses: false)
    call.compresses = head.compresses && call.acceptsGzip
    var headers = call.compresses ? Self.gzipHeaders : Self.headers
    do throws(MetadataError) { try headers.append(head.metadata) } catch {
      fail(call, badMetadata: error)
      return false
    }
    call.hasSentHeaders = true
    session.submitResponse(stream: call.streamID, headers: headers, hasBody: true)
    return true
  }

  /// Sets the call's status and sends it after pending messages. Only the first status takes effect.
  func finish(_ call: ServerCall, _ status: GRPCStatus) {
    guard call.status == nil else { return }
    // A failed call without initial metadata gets a single Trailers-Only frame.
    if !call.hasSentHeaders, status.code == .ok || call.context?.responseHead.metadata.isEmpty == false {
      guard sendHeaders(of: call) else { return }
    }
    call.status = status
    do throws(MetadataError) {
      let trailers = try trailers(status, of: call)
      if call.hasSentHeaders {
        call.trailers = trailers
        call.body.end()
        wakeBody(of: call)
      } else {
        submitTrailersOnly(trailers, for: call)
      }
    } catch {
      call.status = nil
      fail(call, badMetadata: error)
    }
  }

  private func trailers(_ status: GRPCStatus, of call: ServerCall) throws(MetadataError) -> HeaderList {
    var trailers = HeaderList()
    if status.code == .ok {
      trailers = Self.okTrailers
    } else {
      let status = status.withMessage(ofAtMost: Self.statusMessageLimit)
      trailers.append("grpc-status", String(status.code.rawValue).utf8)
      if !status.message.isEmpty {
        trailers.append("grpc-message", StatusMessage.encode(status.message))
      }
      if let details = status.serializedDetails.map(Base64.encode), details.count <= Self.statusDetailsLimit {
        trailers.append("grpc-status-details-bin", details)
      }
      if status.code == .unimplemented { trailers.append("grpc-accept-encoding", "identity,gzip") }
    }
    if let metadata = call.context?.trailingMetadata { try trailers.append(metadata) }
    return trailers
  }

  private func submitTrailersOnly(_ trailers: HeaderList, for call: ServerCall) {
    var headers = Self.headers
    headers.append(contentsOf: trailers)
    call.hasSentHeaders = true
    session.submitResponse(stream: call.streamID, headers: headers, hasBody: false)
  }

  /// Fails a call whose handler set metadata that HTTP/2 cannot carry. The error is logged, not sent.
  private func fail(_ call: ServerCall, badMetadata error: MetadataError) {
    server.log.report(
      .error,
      "a handler set metadata that cannot be sent",
      about: "\(call.context?.method.description ?? "")",
      metadata: ["error": "\(error)"],
      on: eventLoop
    )
    let status = GRPCStatus(code: .internal, message: "the server set metadata that cannot be sent")
    call.status = status
    call.task?.cancel()
    var trailers = HeaderList()
    trailers.append("grpc-status", String(status.code.rawValue).utf8)
    trailers.append("grpc-message", StatusMessage.encode(status.message))
    if call.hasSentHeaders {
      call.trailers = trailers
      call.body.end()
      wakeBody(of: call)
    } else {
      submitTrailersOnly(trailers, for: call)
    }
  }

  /// Rejects a request that is not gRPC with an HTTP status (gRPC over HTTP/2, "Responses").
  func refuseHTTP(_ call: ServerCall, status: StaticString) {
    var headers = HeaderList()
    headers.append(":status", status)
    call.status = GRPCStatus(code: .unknown, message: "not a gRPC request")
    call.hasSentHeaders = true
    session.submitResponse(stream: call.streamID, headers: headers, hasBody: false)
  }

  func readBody(stream: Int32, into buffer: UnsafeMutableRawBufferPointer) -> HTTP2BodyChunk {
    guard let call = call(on: stream) else { return .abandon }
    let (written, completed) = call.body.read(into: buffer)
    if completed > 0 {
      call.gate?.leave(completed)
      addUnsentBytes(-completed, to: call)
    }
    if call.body.isEmpty, call.body.isEnded { return .endWithTrailers(written, call.trailers) }
    if written == 0 {
      call.body.isDeferred = true
      return .deferred
    }
    return .bytes(written)
  }

  func sentEndOfStream(stream: Int32) {
    guard let call = call(on: stream), !call.isRequestEnded else { return }
    // The response is complete, so the rest of the request would be discarded (RFC 9113 section 8.1).
    session.reset(stream: stream, .noError)
  }
}

extension GRPCStatus {
  /// Returns the status with its message truncated to `byteCount` bytes, followed by an ellipsis.
  fileprivate func withMessage(ofAtMost byteCount: Int) -> GRPCStatus {
    guard message.utf8.count > byteCount else { return self }
    var cut = message.utf8.prefix(byteCount)
    // Do not split a UTF-8 sequence.
    while String(cut) == nil { cut = cut.dropLast() }
    return GRPCStatus(code: code, message: String(Substring(cut)) + "…", details: details)
  }
}
