/// Receives the events of an HTTP/2 session. Called on the event loop, from within ``HTTP2Session/receive(_:)`` and
/// ``HTTP2Session/send(into:limit:)``; byte buffers are valid only during the call.
protocol HTTP2SessionDelegate: AnyObject {
  /// A header block begins on `stream`: a request on a server, response headers or trailers on a client.
  func headersBegan(stream: Int32)
  func header(stream: Int32, name: HeaderName, nameBytes: Span<UInt8>, value: Span<UInt8>)
  func headersEnded(stream: Int32, endsStream: Bool)
  /// Of the header block that is about to end on `stream`, a string was too long to be decoded.
  func headersShortened(stream: Int32)
  /// Returns whether all bytes were processed. If not, the session stops until ``continueData()`` has processed the rest.
  func data(stream: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool
  /// Goes on with the data that was left in an earlier turn. Returns whether all of it was processed.
  func continueData() -> Bool
  /// The peer ended `stream` with a DATA frame.
  func dataEnded(stream: Int32)
  /// Whether a reset of `stream` by the peer, which has just arrived, counts as one of a call that it made for nothing.
  func isPrematureReset(stream: Int32) -> Bool
  func streamClosed(stream: Int32, error: HTTP2ErrorCode)
  /// Reads the next bytes of the stream's outgoing messages.
  func readBody(stream: Int32, into buffer: UnsafeMutableRawBufferPointer) -> HTTP2BodyChunk
  /// The last frame of this side of `stream` has been serialized for sending.
  func sentEndOfStream(stream: Int32)
  func goAwayReceived(lastStream: Int32, error: HTTP2ErrorCode)
}

/// The result of reading a stream's body.
enum HTTP2BodyChunk {
  /// No bytes available; HTTP/2 reads again after ``HTTP2Session/resume(stream:)``.
  case deferred
  case bytes(Int)
  /// The last bytes; they end this side of the stream.
  case end(Int)
  /// The last bytes; the trailers end the stream.
  case endWithTrailers(Int, HeaderList)
  /// The stream no longer exists.
  case abandon
}

/// An error that ends a connection.
enum HTTP2Failure: Error, Hashable, CustomStringConvertible {
  /// The first bytes are not the HTTP/2 connection preface (RFC 9113 section 3.4).
  case notHTTP2
  /// The peer sent too many frames that require a response, or that carry nothing.
  case flooded
  /// nghttp2 or a system call failed, with its error text; or a keepalive PING was not answered.
  case session(String)

  var description: String {
    switch self {
    case .notHTTP2: "the peer does not speak HTTP/2"
    case .flooded: "the peer sent too many frames that want an answer or carry nothing"
    case .session(let text): "HTTP/2 failed: \(text)"
    }
  }
}
