import CNghttp2

extension HTTP2Session {
  static func from(_ userData: UnsafeMutableRawPointer?) -> HTTP2Session {
    userData!.assumingMemoryBound(to: Unowned.self).pointee.session
  }

  /// Connects nghttp2's callbacks to the delegate.
  static func install(_ callbacks: OpaquePointer?) {
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, userData in
      let session = HTTP2Session.from(userData)
      session.headerListSize = 0
      session.delegate?.headersBegan(stream: frame!.pointee.hd.stream_id)
      return 0
    }
    nghttp2_session_callbacks_set_on_header_callback(callbacks) {
      _,
      frame,
      name,
      nameLength,
      value,
      valueLength,
      _,
      userData in
      HTTP2Session.from(userData).receivedHeader(
        stream: frame!.pointee.hd.stream_id,
        name: Span(_unsafeElements: UnsafeBufferPointer(start: name, count: nameLength)),
        value: Span(_unsafeElements: UnsafeBufferPointer(start: value, count: valueLength))
      )
    }
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, stream, data, length, userData in
      HTTP2Session.from(userData).receivedData(stream: stream, UnsafeRawBufferPointer(start: data, count: length))
    }
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, userData in
      HTTP2Session.from(userData).received(frame!)
      return 0
    }
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, stream, error, userData in
      let session = HTTP2Session.from(userData)
      // What a window's worth of the stream's data is on its way, the peer may still send.
      session.permittedStrayDataByteCount += Int(session.limits.streamWindow)
      session.delegate?.streamClosed(stream: stream, error: HTTP2ErrorCode(rawValue: error))
      return 0
    }
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, userData in
      HTTP2Session.from(userData).sent(frame!)
      return 0
    }
    nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks) { _, frame, _, userData in
      HTTP2Session.from(userData).couldNotSend(frame!)
      return 0
    }
  }

  /// Resets the stream of a header block that exceeds HTTP/2's limits: the peer would wait for it forever.
  private func couldNotSend(_ frame: UnsafePointer<nghttp2_frame>) {
    let header = frame.pointee.hd
    guard role == .server, UInt32(header.type) == NGHTTP2_HEADERS.rawValue else { return }
    reset(stream: header.stream_id, .internalError)
  }

  private func received(_ frame: UnsafePointer<nghttp2_frame>) {
    let header = frame.pointee.hd
    let endsStream = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    switch UInt32(header.type) {
    case NGHTTP2_DATA.rawValue:
      if endsStream { delegate?.dataEnded(stream: header.stream_id) }
    case NGHTTP2_HEADERS.rawValue:
      delegate?.headersEnded(stream: header.stream_id, endsStream: endsStream)
    case NGHTTP2_RST_STREAM.rawValue:
      receivedReset(stream: header.stream_id)
    case NGHTTP2_SETTINGS.rawValue:
      hasReceivedSettings = true
      onSettings?()
      onSettings = nil
    case NGHTTP2_PING.rawValue:
      if header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0 { onPingAcknowledged?() }
    case NGHTTP2_GOAWAY.rawValue:
      let goAway = frame.pointee.goaway
      delegate?.goAwayReceived(
        lastStream: goAway.last_stream_id,
        error: HTTP2ErrorCode(rawValue: goAway.error_code)
      )
    default:
      break
    }
  }

  private func sent(_ frame: UnsafePointer<nghttp2_frame>) {
    let header = frame.pointee.hd
    switch UInt32(header.type) {
    case NGHTTP2_DATA.rawValue, NGHTTP2_HEADERS.rawValue:
      let endsStream = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
      let isHeaders = UInt32(header.type) == NGHTTP2_HEADERS.rawValue
      sentFrame(byteCount: header.length, isHeaders: isHeaders, endsStream: endsStream)
      if endsStream { delegate?.sentEndOfStream(stream: header.stream_id) }
    case NGHTTP2_RST_STREAM.rawValue where role == .server:
      switch HTTP2ErrorCode(rawValue: frame.pointee.rst_stream.error_code) {
      case .protocolError, .flowControlError, .streamClosed, .frameSizeError:
        if !provokedResets.take(now: .now) { terminate(.enhanceYourCalm) }
      default:
        break
      }
    default:
      break
    }
  }
}
