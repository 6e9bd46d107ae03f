/// What an HTTP/2 session tells the side of gRPC that it serves. Called on the event loop, from within
/// ``HTTP2Session/receive(_:)`` and ``HTTP2Session/send(into:limit:)``; byte buffers are valid during the call only.
protocol HTTP2SessionDelegate: AnyObject {
  /// A header block begins on `stream`: a request on a server; response headers or trailers on a client.
  func headersBegan(stream: Int32)
  func header(stream: Int32, name: HeaderName, nameBytes: Span<UInt8>, value: Span<UInt8>)
  func headersEnded(stream: Int32, endsStream: Bool)
  func data(stream: Int32, _ bytes: UnsafeRawBufferPointer)
  /// The peer has sent everything that it will on `stream`, by a DATA frame.
  func dataEnded(stream: Int32)
  func streamClosed(stream: Int32, error: HTTP2ErrorCode)
  /// The next bytes of the stream's outgoing messages.
  func readBody(stream: Int32, into buffer: UnsafeMutableRawBufferPointer) -> HTTP2BodyChunk
  /// The last frame of our half of `stream` has been handed to the socket.
  func sentEndOfStream(stream: Int32)
  func goAwayReceived(lastStream: Int32, error: HTTP2ErrorCode)
}

/// What a stream's body yields when HTTP/2 has room for it.
enum HTTP2BodyChunk {
  /// Nothing now: HTTP/2 asks again after ``HTTP2Session/resume(stream:)``.
  case deferred
  case bytes(Int)
  /// The last bytes, and with them the end of our half of the stream.
  case end(Int)
  /// The last bytes; the trailers end the stream.
  case endWithTrailers(Int, HeaderList)
  /// The stream is gone.
  case abandon
}

/// Why a connection cannot go on.
enum HTTP2Failure: Error, Hashable, CustomStringConvertible {
  /// The first bytes are not HTTP/2's connection preface (RFC 9113 section 3.4).
  case notHTTP2
  /// The peer floods us with frames that ask for answers.
  case flooded
  /// nghttp2 gave up, with its error text.
  case session(String)

  var description: String {
    switch self {
    case .notHTTP2: "the peer does not speak HTTP/2"
    case .flooded: "the peer sent too many frames that want an answer"
    case .session(let text): "HTTP/2 failed: \(text)"
    }
  }
}
