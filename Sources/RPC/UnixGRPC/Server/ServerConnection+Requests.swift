/// Receives the messages of calls, and starts their handlers.
extension ServerConnection {
  func data(stream: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let call = call(on: stream), call.status == nil else {
      openWindows(of: stream, bytes: bytes.count)
      return true
    }
    guard call.rules.take(bytes.count) else {
      openWindows(of: stream, bytes: bytes.count)
      resetMalformed(call)
      return true
    }
    var rest = bytes
    return decode(&rest, byteCount: bytes.count, of: call)
  }

  func continueData() -> Bool {
    guard let unfinished = unfinishedData else { return true }
    unfinishedData = nil
    // The call may have ended meanwhile.
    guard let call = call(on: unfinished.stream), call.status == nil else {
      openWindows(of: unfinished.stream, bytes: unfinished.byteCount)
      return true
    }
    return unfinished.rest.withUnsafeBytes { rest in
      var rest = rest
      return decode(&rest, byteCount: unfinished.byteCount, of: call)
    }
  }

  /// Decodes the rest of a DATA frame of `byteCount` bytes, until the budget of the turn is spent. Returns whether all of it
  /// was decoded.
  private func decode(_ rest: inout UnsafeRawBufferPointer, byteCount: Int, of call: ServerCall) -> Bool {
    do throws(GRPCStatus) {
      decoding: while true {
        switch try call.decoder.next(from: &rest, gzip: gzip, budget: &session.budget) {
        case .message(let message):
          session.allowance.earn(OverheadAllowance.perMessage)
          try take(message, for: call)
          try countHeldBytes(of: call)
          if account.hasUploads { account.finish(upload(call)) }
          guard session.budget.isSpent, !rest.isEmpty else { continue }
        case .interrupted: try countHeldBytes(of: call)
        case .incomplete: break decoding
        }
        unfinishedData = UnfinishedData(stream: call.streamID, rest: Array(rest), byteCount: byteCount)
        return false
      }
      try countHeldBytes(of: call)
    } catch {
      openWindows(of: call.streamID, bytes: byteCount)
      fail(call, error)
      return true
    }
    openWindows(of: call, bytes: byteCount)
    return true
  }

  /// Ends a call whose request is refused, with `status`.
  func fail(_ call: ServerCall, _ status: GRPCStatus) {
    abandon(call, status)
    finish(call, status)
  }

  /// Ends the handler of a call, and drops what is held of its request.
  func abandon(_ call: ServerCall, _ status: GRPCStatus) {
    call.requests?.fail(status)
    call.gate?.close(status)
    call.task?.cancel()
    call.decoder.discard()
    setHeldBytes(of: call, to: call.singleRequest?.count ?? 0)
  }

  /// Updates the connection's count of partial messages and messages not yet taken by handlers.
  func countHeldBytes(of call: ServerCall) throws(GRPCStatus) {
    let held = call.decoder.partialByteCount + (call.singleRequest?.count ?? 0) + (call.requests?.waitingBytes ?? 0)
    let isMore = held > call.heldBytes
    setHeldBytes(of: call, to: held)
    guard isMore, heldBytes > limits.maximumBufferedBytes else { return }
    throw GRPCStatus(
      code: .resourceExhausted,
      message: "the connection holds \(heldBytes) bytes of requests that no handler has taken: send fewer at once"
    )
  }

  private func take(_ message: [UInt8], for call: ServerCall) throws(GRPCStatus) {
    eventLoop.polling.messageArrived()
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

  func requestEnded(_ call: ServerCall) {
    call.isRequestEnded = true
    guard call.status == nil else { return }
    guard call.rules.isComplete else { return resetMalformed(call) }
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

  // MARK: Handlers

  func receivedBatch() {
    eventLoop.assertOnLoop()
    // Started after the batch: a handler that replies synchronously must not reenter nghttp2's receive function.
    while !ready.isEmpty {
      var batch: [ServerCall] = []
      swap(&batch, &ready)
      for (index, call) in batch.enumerated() where call.status == nil {
        if account.budget.holdsCalls, !mayStartAtBound(call) {
          ready = batch[index...] + ready
          return account.hold(self)
        }
        if let deadline = call.deadline, deadline <= .now {
          expire(call)
        } else {
          start(call)
        }
        if (index + 1).isMultiple(of: HTTP2Transport.pipelineDepth) { transport.flush() }
      }
    }
  }

  private func start(_ call: ServerCall) {
    guard let handler = call.route?.handler, let context = call.context else { return }
    let stream = call.streamID
    call.isHandled = true
    let request = call.singleRequest ?? []
    call.singleRequest = nil
    setHeldBytes(of: call, to: 0)
    if call.withheldBytes > 0 { giveBackWindow(of: call) }
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
