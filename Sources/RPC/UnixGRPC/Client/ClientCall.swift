/// The response of a unary call: its message and metadata.
public struct UnaryResponse: Sendable {
  public let message: [UInt8]
  public let initialMetadata: Metadata
  public let trailingMetadata: Metadata
}

/// One RPC on a client connection.
///
/// `@unchecked Sendable`: created by the caller and passed through a mailbox to the connection's event loop, which alone
/// accesses it from then on.
final class ClientCall: DeadlineHolder, @unchecked Sendable {
  /// The receiver of the response.
  enum Receiver {
    case unary(UnsafeContinuation<UnaryResponse, any Error>)
    case stream(ResponseEvents)
  }

  let headers: HeaderList
  let compressesRequests: Bool
  /// The request message of a unary call; nil for a streaming call.
  let unaryRequest: [UInt8]?
  let deadline: MonotonicTime?
  var deadlinePosition: Int?
  /// Set by the caller before it passes the call on.
  var receiver: Receiver?

  var isStarted = false
  /// Set once the call has a stream.
  var openCall: PollingGovernor.OpenCall?
  /// Whether the call was cancelled before it was started, which happens if the caller's task ends first.
  var isCancelledEarly = false
  var streamID: Int32?
  var body = OutboundBody()
  var gate: OutboundGate?
  var decoder: MessageDecoder
  var withheldBytes = 0

  // The response received so far.
  var hasHeaders = false
  var isReadingTrailers = false
  var httpStatus: HTTPStatus?
  var isGRPC = false
  var headerBytes = 0
  var block = ResponseBlock()
  var initialMetadata = Metadata()
  var unaryMessage: [UInt8]?
  var status: GRPCStatus?

  init(
    headers: HeaderList,
    unaryRequest: [UInt8]?,
    compressesRequests: Bool,
    deadline: MonotonicTime?,
    maximumMessageSize: Int
  ) {
    self.headers = headers
    self.unaryRequest = unaryRequest
    self.compressesRequests = compressesRequests
    self.deadline = deadline
    decoder = MessageDecoder(maximumMessageSize: maximumMessageSize)
  }
}

/// A block of response headers or trailers being parsed.
struct ResponseBlock {
  var metadata = Metadata()
  var code: GRPCStatus.Code?
  var message = ""
  var details: [UInt8]?

  /// The status in the block, if any.
  var status: GRPCStatus? {
    guard let code else { return nil }
    // Undecodable details are ignored rather than losing the status.
    let details = details.flatMap { try? GRPCStatus.details(serialized: $0) } ?? []
    return GRPCStatus(code: code, message: message, details: details)
  }
}

/// The `:status` of a response.
struct HTTPStatus: Equatable {
  let code: Int

  init?(_ value: Span<UInt8>) {
    guard value.count == 3 else { return nil }
    var code = 0
    for index in value.indices {
      guard case UInt8(ascii: "0")...UInt8(ascii: "9") = value[index] else { return nil }
      code = code * 10 + Int(value[index] - UInt8(ascii: "0"))
    }
    self.code = code
  }

  /// The gRPC status for a response that is not gRPC (gRPC, "HTTP to gRPC Status Code Mapping").
  var grpcStatus: GRPCStatus {
    let mapped: GRPCStatus.Code =
      switch code {
      case 400: .internal
      case 401: .unauthenticated
      case 403: .permissionDenied
      case 404: .unimplemented
      case 429, 502, 503, 504: .unavailable
      default: .unknown
      }
    return GRPCStatus(code: mapped, message: "the server answered with HTTP status \(code) and no gRPC status")
  }
}
