/// One RPC on a server connection. Confined to the connection's event loop.
final class ServerCall: DeadlineHolder {
  let streamID: Int32

  // The request.
  var route: Router.Route?
  var path: [UInt8] = []
  var metadata = Metadata()
  var deadline: MonotonicTime?
  var deadlinePosition: Int?
  var isGRPC = false
  var isPost = false
  var acceptsGzip = false
  var headerBytes = 0
  var hasOversizeHeaders = false
  var pseudoHeaders = RequestPseudoHeaders()
  /// HTTP/2 forbids what the headers say, or how they say it.
  var isMalformed = false
  /// A refusal found while reading the headers, answered at their end.
  var refusal: GRPCStatus?
  var hasHeaders = false
  var decoder: MessageDecoder
  /// The one request of a call that takes one.
  var singleRequest: [UInt8]?
  /// Request bytes counted against the connection's budget.
  var heldBytes = 0
  /// The requests of a call that takes a stream.
  var requests: InboundMessages?
  var isRequestEnded = false
  /// Bytes of the stream's window not yet given back, because messages wait to be read.
  var withheldBytes = 0

  // The handler.
  var context: ServerContext?
  var task: Task<Void, Never>?
  var startTime: MonotonicTime?

  // The response.
  var body = OutboundBody()
  /// Response bytes counted against the connection's budget.
  var unsentBytes = 0
  var gate: OutboundGate?
  var hasSentHeaders = false
  var compresses = false
  /// Set once the status is decided: what a handler says after that counts for nothing.
  var status: GRPCStatus?
  var trailers = HeaderList()

  init(streamID: Int32, maximumMessageSize: Int) {
    self.streamID = streamID
    decoder = MessageDecoder(maximumMessageSize: maximumMessageSize)
  }

  /// Whether the caller sends one message only.
  var takesSingleRequest: Bool {
    switch route?.handler {
    case .unary, .deferredUnary, .serverStreaming: true
    case .clientStreaming, .bidirectionalStreaming, nil: false
    }
  }
}

/// Which of a request's pseudo-header fields have come (RFC 9113 section 8.3.1).
struct RequestPseudoHeaders: OptionSet {
  let rawValue: UInt8

  static let method = Self(rawValue: 1)
  static let scheme = Self(rawValue: 2)
  static let path = Self(rawValue: 4)
  static let authority = Self(rawValue: 8)

  /// Those that no request may lack.
  static let required: Self = [.method, .scheme, .path]
}
