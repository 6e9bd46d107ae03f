import CNghttp2

/// What is left of a batch of bytes when a turn's budget is spent.
struct PendingBytes {
  /// Bytes that the scanner has seen, for nghttp2.
  var scanned: [UInt8]
  /// Bytes after them, for the scanner.
  var received: [UInt8]
}

/// Receives bytes: counts frames, hands them to nghttp2, and stops when a turn's budget is spent.
extension HTTP2Session {
  /// The longest header block, in bytes as received. One that exceeds the limit of a header list fails its call only; one
  /// that does not end has to fail the connection.
  private static let maximumHeaderBlockSize = 1 << 20

  /// Begins a turn of the event loop with a new budget.
  func beginTurn() { budget.renew() }

  /// Whether bytes wait for the next turn. No others may be received before.
  var hasPendingBytes: Bool { pending != nil }

  /// Processes bytes from the socket. Events are delivered to the delegate before it returns.
  ///
  /// When the turn's budget is spent, the rest of the bytes is kept for ``resumeReceiving()``.
  func receive(_ bytes: UnsafeRawBufferPointer) throws(HTTP2Failure) {
    eventLoop.assertOnLoop()
    var rest = bytes
    while !isTerminated, let output = scanner.next(from: &rest, sliceUnits: TurnBudget.slice, began: count) {
      let left: [UInt8]?
      switch output {
      case .received(let bytes): left = try feed(bytes)
      case .assembled(let bytes): left = try feed(bytes)
      case .assembledShortened(let bytes, let stream):
        delegate?.headersShortened(stream: stream)
        left = try feed(bytes)
      }
      if let left { return pending = PendingBytes(scanned: left, received: Array(rest)) }
      if budget.isSpent, !rest.isEmpty { return pending = PendingBytes(scanned: [], received: Array(rest)) }
    }
  }

  /// Processes the bytes that an earlier turn has left.
  func resumeReceiving() throws(HTTP2Failure) {
    eventLoop.assertOnLoop()
    guard let pending else { return }
    // A message that is not inflated yet comes before the bytes behind it.
    guard delegate?.continueData() ?? true else { return }
    self.pending = nil
    isPaused = false
    if let left = try feed(pending.scanned) {
      return self.pending = PendingBytes(scanned: left, received: pending.received)
    }
    if budget.isSpent, !pending.received.isEmpty {
      return self.pending = PendingBytes(scanned: [], received: pending.received)
    }
    let result: Result<Void, HTTP2Failure> = pending.received.withUnsafeBytes { bytes in
      Result { () throws(HTTP2Failure) in try receive(bytes) }
    }
    try result.get()
  }

  private func feed(_ bytes: [UInt8]) throws(HTTP2Failure) -> [UInt8]? {
    let result: Result<[UInt8]?, HTTP2Failure> = bytes.withUnsafeBytes { bytes in
      Result { () throws(HTTP2Failure) in try feed(bytes) }
    }
    return try result.get()
  }

  /// Hands bytes to nghttp2. Returns what is left of them if it has to stop before the next turn, which can be nothing.
  private func feed(_ bytes: UnsafeRawBufferPointer) throws(HTTP2Failure) -> [UInt8]? {
    budget.spend(bytes.count / 4 * TurnBudget.dataBytes)
    let consumed = nghttp2_session_mem_recv(
      session,
      bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
      bytes.count
    )
    switch Int32(clamping: consumed) {
    case 0...: break
    case NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue: throw .notHTTP2
    case NGHTTP2_ERR_FLOODED.rawValue, NGHTTP2_ERR_TOO_MANY_CONTINUATIONS.rawValue: throw .flooded
    case let code: throw .session(Self.text(code))
    }
    // The peer provokes responses without reading them.
    if nghttp2_session_get_outbound_queue_size(session) > limits.maximumQueuedFrames { throw .flooded }
    checkOverhead()
    return isPaused && !isTerminated ? Array(bytes[consumed...]) : nil
  }

  /// Ends the connection of a peer that sends too much that is of no use.
  private func checkOverhead() {
    guard !isTerminated else { return }
    if allowance.isExceeded(now: .now) || strayDataByteCount > permittedStrayDataByteCount {
      terminate(.enhanceYourCalm)
    }
  }

  /// Counts a frame as its header arrives. Returns its cost.
  private func count(_ frame: FrameHeader) -> Int {
    var units = TurnBudget.frame
    if role == .server { checkStream(of: frame) }
    switch frame.kind {
    case FrameHeader.Kind.data:
      strayDataByteCount += frame.length
      if frame.length < OverheadAllowance.smallestDataFrame, !frame.endsStream { allowance.spend(1) }
    case FrameHeader.Kind.headers:
      budget.spend(frame.length * TurnBudget.headerBlockByte)
      headerBlockSize = frame.length
      if role == .server, frame.stream > lastPeerStream {
        lastPeerStream = frame.stream
        recentStreams.open(frame.stream)
        if frame.endsStream { recentStreams.end(frame.stream) }
        allowance.earn(OverheadAllowance.perCall)
        units += TurnBudget.call
      } else {
        // Responses are answers to calls, which have earned them; a request has at most one block more.
        allowance.spend(role == .server ? 1 + frame.length / OverheadAllowance.bytesPerUnit : 1)
      }
    case FrameHeader.Kind.continuation:
      budget.spend(frame.length * TurnBudget.headerBlockByte)
      allowance.spend(1)
      headerBlockSize += frame.length
      if headerBlockSize > Self.maximumHeaderBlockSize { terminate(.enhanceYourCalm) }
    case FrameHeader.Kind.settings:
      units += TurnBudget.settings
      allowance.spend(OverheadAllowance.settingsCost)
    default:
      allowance.spend(1 + frame.length / OverheadAllowance.bytesPerUnit)
    }
    budget.spend(units)
    return units
  }

  /// Ends the connection of a client that sends on a stream after the end that it has set itself, or on one that it has
  /// passed over (RFC 9113 sections 5.1 and 5.1.1).
  private func checkStream(of frame: FrameHeader) {
    switch frame.kind {
    case FrameHeader.Kind.data, FrameHeader.Kind.headers:
      switch recentStreams.state(of: frame.stream) {
      case .ended: terminate(.streamClosed)
      case .neverOpened: terminate(.protocolError)
      case .opened: if frame.endsStream { recentStreams.end(frame.stream) }
      case .unknown: break
      }
    case FrameHeader.Kind.resetStream: recentStreams.end(frame.stream)
    default: break
    }
  }

  // MARK: Called by nghttp2

  /// Returns the code for nghttp2.
  func receivedHeader(stream: Int32, name: Span<UInt8>, value: Span<UInt8>) -> Int32 {
    // RFC 9113 section 6.5.2 adds 32 bytes of overhead per field.
    headerListSize += name.count + value.count + 32
    budget.spend(TurnBudget.headerField + value.count / 4)
    if headerListSize > Int(limits.maximumHeaderListSize) {
      // A byte can refer to a field of kilobytes, so these may be thousands in a frame.
      allowance.spend(1)
      checkOverhead()
    }
    guard !isTerminated else { return NGHTTP2_ERR_PAUSE.rawValue }
    delegate?.header(stream: stream, name: HeaderName(name), nameBytes: name, value: value)
    return pauseIfSpent()
  }

  func receivedData(stream: Int32, _ bytes: UnsafeRawBufferPointer) -> Int32 {
    strayDataByteCount -= bytes.count
    guard delegate?.data(stream: stream, bytes) ?? true else {
      isPaused = true
      return NGHTTP2_ERR_PAUSE.rawValue
    }
    return pauseIfSpent()
  }

  private func pauseIfSpent() -> Int32 {
    guard budget.isSpent, !isTerminated else { return 0 }
    isPaused = true
    return NGHTTP2_ERR_PAUSE.rawValue
  }

  /// The peer has reset a stream.
  func receivedReset(stream: Int32) {
    guard role == .server, delegate?.isPrematureReset(stream: stream) == true else { return }
    if !resets.take(now: .now) { terminate(.enhanceYourCalm) }
  }

  /// Counts a frame of a call that was sent.
  func sentFrame(byteCount: Int, isHeaders: Bool, endsStream: Bool) {
    guard isHeaders || endsStream || byteCount >= OverheadAllowance.smallestSentFrame else { return }
    allowance.earn(OverheadAllowance.perSentFrame)
  }
}
