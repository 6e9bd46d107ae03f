import CNghttp2

/// The protocol state of an HTTP/2 connection, without I/O: bytes in, events and frames out.
///
/// Owns the nghttp2 session and frees it. Confined to its connection's event loop, which debug builds assert.
final class HTTP2Session {
  enum Role { case server, client }

  /// The size of a connection's window as it begins (RFC 9113 section 6.9.2).
  static let usualWindow: Int32 = 65_535

  let session: OpaquePointer
  let role: Role
  var delegate: (any HTTP2SessionDelegate)?

  /// Whether the peer's first SETTINGS have arrived, which shows that it speaks HTTP/2.
  var hasReceivedSettings = false
  /// Called once, on the peer's first SETTINGS.
  var onSettings: (() -> Void)?
  /// Called when the peer acknowledges a PING.
  var onPingAcknowledged: (() -> Void)?
  /// Limits streams that the peer opens and resets (rapid reset, CVE-2023-44487).
  var resets: RateLimit
  /// Limits resets provoked by the peer's invalid frames (MadeYouReset, CVE-2025-8671).
  var provokedResets: RateLimit
  /// Limits frames that carry nothing of a call.
  var allowance: OverheadAllowance
  /// Limits the work of a turn.
  var budget = TurnBudget()
  /// Whether the connection was ended with an error, so that all further bytes are ignored.
  private(set) var isTerminated = false

  // Receiving: see HTTP2Session+Receiving.swift.
  var scanner: FrameScanner
  /// Bytes that are left from a turn whose budget was spent.
  var pending: PendingBytes?
  /// Whether a callback made nghttp2 stop.
  var isPaused = false
  /// The last stream that the peer opened.
  var lastPeerStream: Int32 = 0
  var recentStreams = RecentStreams()
  /// The size of the header block being received, in bytes as received.
  var headerBlockSize = 0
  /// The size of its fields so far, as RFC 9113 section 6.5.2 counts it.
  var headerListSize = 0
  /// Bytes of DATA frames that belonged to no open stream.
  var strayDataByteCount = 0
  /// What `strayDataByteCount` may be: the peer may have sent as much before it heard that its streams are closed.
  var permittedStrayDataByteCount: Int

  let limits: ConnectionLimits
  let eventLoop: EventLoop

  init(role: Role, limits: ConnectionLimits, eventLoop: EventLoop) {
    self.role = role
    self.limits = limits
    self.eventLoop = eventLoop
    scanner = FrameScanner(expectsPreface: role == .server)
    permittedStrayDataByteCount = Int(limits.connectionWindow)
    allowance = OverheadAllowance(
      burst: limits.overheadBurst,
      perSecond: limits.overheadPerSecond,
      now: .now
    )
    resets = RateLimit(burst: Int(clamping: limits.resetBurst), perSecond: Int(clamping: limits.resetsPerSecond))
    provokedResets = RateLimit(burst: limits.provokedResetBurst, perSecond: limits.provokedResetsPerSecond)

    var callbacks: OpaquePointer?
    nghttp2_session_callbacks_new(&callbacks)
    defer { nghttp2_session_callbacks_del(callbacks) }
    Self.install(callbacks)

    var option: OpaquePointer?
    nghttp2_option_new(&option)
    defer { nghttp2_option_del(option) }
    // Windows are updated as messages are read, which creates back-pressure.
    nghttp2_option_set_no_auto_window_update(option, 1)
    nghttp2_option_set_no_closed_streams(option, 1)
    // Clients such as grpc-go send socket paths as :authority, which nghttp2 rejects as invalid and gRPC ignores. The
    // server therefore validates requests itself.
    if role == .server { nghttp2_option_set_no_http_messaging(option, 1) }
    // nghttp2 counts resets of streams that we have closed, and lets a connection go on while a stream is open.
    nghttp2_option_set_stream_reset_rate_limit(option, .max, .max)
    // They are limited by the allowance.
    nghttp2_option_set_max_continuations(option, limits.overheadBurst)
    nghttp2_option_set_max_outbound_ack(option, limits.maximumQueuedAcknowledgements)
    nghttp2_option_set_max_settings(option, limits.maximumSettingsEntries)

    var created: OpaquePointer?
    let holder = UnsafeMutablePointer<Unowned>.allocate(capacity: 1)
    let result =
      switch role {
      case .server: nghttp2_session_server_new2(&created, callbacks, holder, option)
      case .client: nghttp2_session_client_new2(&created, callbacks, holder, option)
      }
    // Fails only when out of memory.
    guard result == 0, let created else { fatalError("nghttp2: \(Self.text(result))") }
    session = created
    self.holder = holder
    holder.initialize(to: Unowned(session: self))

    submitSettings(limits)
  }

  /// nghttp2's user data: a reference to this object, which outlives the nghttp2 session.
  struct Unowned { unowned(unsafe) let session: HTTP2Session }
  private let holder: UnsafeMutablePointer<Unowned>

  deinit {
    nghttp2_session_del(session)
    holder.deinitialize(count: 1)
    holder.deallocate()
  }

  static func text(_ code: some BinaryInteger) -> String { String(cString: nghttp2_strerror(Int32(code))) }

  private func submitSettings(_ limits: ConnectionLimits) {
    var settings = [
      nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
        value: UInt32(limits.streamWindow)
      ),
      nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
        value: limits.maximumHeaderListSize
      ),
    ]
    switch role {
    case .server:
      settings.append(
        nghttp2_settings_entry(
          settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue),
          value: limits.maximumConcurrentStreams
        )
      )
    case .client:
      settings.append(
        nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue), value: 0)
      )
    }
    nghttp2_submit_settings(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), settings, settings.count)
    nghttp2_session_set_local_window_size(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, limits.connectionWindow)
  }

  // MARK: Bytes

  /// Appends pending frames to `buffer` up to `limit` bytes. Returns whether the limit was reached.
  func send(into buffer: inout UnsentBytes, limit: Int) throws(HTTP2Failure) -> Bool {
    eventLoop.assertOnLoop()
    while buffer.count < limit {
      var data: UnsafePointer<UInt8>?
      let count = nghttp2_session_mem_send(session, &data)
      guard count >= 0 else { throw .session(Self.text(count)) }
      guard count > 0, let data else { return false }
      buffer.append(UnsafeBufferPointer(start: data, count: count))
    }
    return true
  }

  /// Whether neither side has anything left to send, so that the connection can be closed.
  var isFinished: Bool {
    nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0
  }

  // MARK: Streams

  /// The data source of bodies, which reads from the delegate.
  private static let bodyReader: nghttp2_data_source_read_callback = { _, stream, buffer, length, flags, _, userData in
    let session = HTTP2Session.from(userData)
    let target = UnsafeMutableRawBufferPointer(start: buffer, count: length)
    let chunk = session.delegate?.readBody(stream: stream, into: target) ?? .abandon
    switch chunk {
    case .deferred: return Int(NGHTTP2_ERR_DEFERRED.rawValue)
    case .abandon: return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
    case .bytes(let count): return count
    case .end(let count):
      flags!.pointee |= UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue)
      return count
    case .endWithTrailers(let count, let trailers):
      flags!.pointee |= UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue | NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue)
      _ = trailers.withFields { nghttp2_submit_trailer(session.session, stream, $0, $1) }
      return count
    }
  }

  private static var bodyProvider: nghttp2_data_provider {
    nghttp2_data_provider(source: nghttp2_data_source(), read_callback: bodyReader)
  }

  /// Sends response headers; if `hasBody`, the delegate's messages and trailers follow.
  func submitResponse(stream: Int32, headers: HeaderList, hasBody: Bool) {
    eventLoop.assertOnLoop()
    // Fails only for a closed stream, which is reported to the delegate separately.
    _ = headers.withFields { fields, count in
      guard hasBody else { return nghttp2_submit_response(session, stream, fields, count, nil) }
      var provider = Self.bodyProvider
      return nghttp2_submit_response(session, stream, fields, count, &provider)
    }
  }

  /// Opens a stream. Returns `nil` if stream identifiers are exhausted or the connection is shutting down.
  func submitRequest(headers: HeaderList) -> Int32? {
    eventLoop.assertOnLoop()
    let stream = headers.withFields { fields, count in
      var provider = Self.bodyProvider
      return nghttp2_submit_request(session, nil, fields, count, &provider, nil)
    }
    return stream > 0 ? stream : nil
  }

  /// Resumes reading the body of `stream` after it was deferred.
  func resume(stream: Int32) {
    eventLoop.assertOnLoop()
    nghttp2_session_resume_data(session, stream)
  }

  func reset(stream: Int32, _ error: HTTP2ErrorCode) {
    eventLoop.assertOnLoop()
    nghttp2_submit_rst_stream(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream, error.rawValue)
  }

  /// How many bytes the peer may send on `stream` before a window is returned: 0 if it can send none.
  func receivableBytes(stream: Int32) -> Int {
    eventLoop.assertOnLoop()
    let ofStream =
      nghttp2_session_get_stream_effective_local_window_size(session, stream)
      - nghttp2_session_get_stream_effective_recv_data_length(session, stream)
    let ofConnection =
      nghttp2_session_get_effective_local_window_size(session)
      - nghttp2_session_get_effective_recv_data_length(session)
    return Int(min(ofStream, ofConnection))
  }

  /// Returns `bytes` to a stream's flow-control window.
  func consume(stream: Int32, bytes: Int) {
    eventLoop.assertOnLoop()
    nghttp2_session_consume_stream(session, stream, bytes)
  }

  /// Returns `bytes` to the connection's flow-control window.
  func consumeConnection(bytes: Int) {
    eventLoop.assertOnLoop()
    nghttp2_session_consume_connection(session, bytes)
  }

  // MARK: The connection

  func ping() {
    eventLoop.assertOnLoop()
    nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil)
  }

  /// Announces shutdown without refusing any stream yet (RFC 9113 section 6.8).
  func submitShutdownNotice() {
    eventLoop.assertOnLoop()
    nghttp2_submit_shutdown_notice(session)
  }

  /// Refuses streams after the last one received; earlier ones continue.
  func submitGoAway() {
    eventLoop.assertOnLoop()
    nghttp2_submit_goaway(
      session,
      UInt8(NGHTTP2_FLAG_NONE.rawValue),
      nghttp2_session_get_last_proc_stream_id(session),
      HTTP2ErrorCode.noError.rawValue,
      nil,
      0
    )
  }

  /// Ends the connection with an error, after the pending frames.
  func terminate(_ error: HTTP2ErrorCode) {
    eventLoop.assertOnLoop()
    isTerminated = true
    nghttp2_session_terminate_session(session, error.rawValue)
  }
}
