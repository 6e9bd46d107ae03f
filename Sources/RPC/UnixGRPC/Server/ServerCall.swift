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
  var acceptsGzip = false
  var headerBytes = 0
  var hasOversizeHeaders = false
  var rules = RequestRules()
  /// An error found while reading the headers; sent when they end.
  var refusal: GRPCStatus?
  var hasHeaders = false
  var decoder: MessageDecoder
  /// The request of a unary or server-streaming call.
  var singleRequest: [UInt8]?
  /// Request bytes counted against the connection's budget.
  var heldBytes = 0
  /// The requests of a client-streaming or bidirectional call.
  var requests: InboundMessages?
  var isRequestEnded = false
  /// Bytes not yet returned to the stream's window, because messages are unread or the user's memory is used up.
  var withheldBytes = 0
  /// Bytes not yet returned to the connection's window, because the user's memory is used up.
  var withheldConnectionBytes = 0

  // The handler.
  var context: ServerContext?
  var task: Task<Void, Never>?
  let startTime = MonotonicTime.now
  /// Whether a handler was started.
  var isHandled = false
  var openCall: PollingGovernor.OpenCall?

  // The response.
  var body = OutboundBody()
  /// Response bytes counted against the connection's budget.
  var unsentBytes = 0
  var gate: OutboundGate?
  var hasSentHeaders = false
  var compresses = false
  /// The final status. Handler output is ignored once it is set.
  var status: GRPCStatus?
  var trailers = HeaderList()

  init(streamID: Int32, maximumMessageSize: Int) {
    self.streamID = streamID
    decoder = MessageDecoder(maximumMessageSize: maximumMessageSize)
  }

  /// Whether the call takes a single request message.
  var takesSingleRequest: Bool {
    switch route?.handler {
    case .unary, .deferredUnary, .serverStreaming: true
    case .clientStreaming, .bidirectionalStreaming, nil: false
    }
  }
}
