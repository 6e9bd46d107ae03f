import Testing

@testable import UnixGRPC

/// The result of a call as received by a raw peer.
struct RawResponse {
  var headers: [String: String] = [:]
  var trailers: [String: String] = [:]
  var chunks: [[UInt8]] = []
  var resetCode: UInt32?
  var isConnectionClosed = false

  /// The contents of all DATA frames.
  var data: [UInt8] { chunks.flatMap(\.self) }

  /// The `grpc-status` of the trailers or of a Trailers-Only response.
  var status: GRPCStatus.Code? {
    (trailers["grpc-status"] ?? headers["grpc-status"]).flatMap(Int.init).map(GRPCStatus.Code.init(rawValue:))
  }
  var message: String { trailers["grpc-message"] ?? headers["grpc-message"] ?? "" }
  /// Whether the call has ended for both sides.
  var isClear: Bool {
    status != nil || resetCode != nil || isConnectionClosed || headers[":status"].map { $0 != "200" } ?? false
  }
}

extension RawHTTP2Connection {
  static let requestFields = fields(of: "Unary")

  /// The fields of a request to a method of `test.Echo`.
  static func fields(of method: String) -> [(String, String)] { fields(path: "/test.Echo/\(method)") }

  static func fields(path: String) -> [(String, String)] {
    [
      (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost"), ("te", "trailers"),
      ("content-type", "application/grpc"),
    ]
  }

  /// A client's preface. Disables the server's dynamic table, and opens a large window by default.
  static func clientPreface(window: UInt32 = 1 << 30) -> [UInt8] {
    HTTP2Frame.preface + HTTP2Frame.settings([(id: 1, value: 0), (id: 4, value: window)]).bytes
      + HTTP2Frame.windowUpdate(0, 1 << 30).bytes + HTTP2Frame.settingsAcknowledgement.bytes
  }

  /// Connects and exchanges prefaces with the server.
  static func client(to path: String, window: UInt32 = 1 << 30) async throws -> RawHTTP2Connection {
    let connection = try RawHTTP2Connection(connectingTo: path)
    await connection.send(clientPreface(window: window))
    return connection
  }

  /// Reads until `stream` has ended in any way.
  func response(stream: UInt32) async throws -> RawResponse {
    var response = RawResponse()
    while let frame = try await frame() {
      if frame.isA(.goAway), frame.errorCode != 0 { response.isConnectionClosed = true }
      guard frame.stream == stream else { continue }
      if frame.isA(.headers) {
        let fields = Dictionary(try HPACK.decode(frame.payload).map { ($0.name, $0.value) }) { $1 }
        if response.headers.isEmpty { response.headers = fields } else { response.trailers = fields }
      } else if frame.isA(.data) {
        response.chunks.append(frame.payload)
      } else if frame.isA(.resetStream) {
        response.resetCode = frame.errorCode
        return response
      }
      if frame.endsStream { return response }
    }
    response.isConnectionClosed = true
    return response
  }

  /// Makes a call with these fields and DATA frames, and waits for its end.
  func call(
    stream: UInt32 = 1,
    fields: [(String, String)] = requestFields,
    adding more: [(String, String)] = [],
    data: [UInt8]? = grpcMessage([1, 2, 3])
  ) async throws -> RawResponse {
    await send(HTTP2Frame.headerBlock(stream, HPACK.encode(fields + more), endStream: data == nil))
    if let data { await send(HTTP2Frame.dataFrames(stream, data)) }
    return try await response(stream: stream)
  }
}

func expect(_ code: GRPCStatus.Code, _ response: RawResponse, at location: SourceLocation = #_sourceLocation) {
  #expect(response.status == code, sourceLocation: location)
}

func expect(http status: String, _ response: RawResponse, at location: SourceLocation = #_sourceLocation) {
  #expect(response.headers[":status"] == status, sourceLocation: location)
}

func expect(data: [UInt8], _ response: RawResponse, at location: SourceLocation = #_sourceLocation) {
  #expect(response.data == data, sourceLocation: location)
}

/// Expects that the caller got a result: a status, a reset or a closed connection.
func expectClear(_ response: RawResponse, at location: SourceLocation = #_sourceLocation) {
  #expect(response.isClear, sourceLocation: location)
}
