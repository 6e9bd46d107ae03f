import Foundation
import Testing

@testable import UnixGRPC

/// Requests that are valid HTTP/2 but not valid gRPC.
@Suite("A server, on invalid requests,")
struct ServerWireRequestTests {
  private static let methods = [
    MethodDefinition("Unary", .unary { request, _ in request }),
    MethodDefinition(
      "Collect",
      .clientStreaming { requests, _ in
        var count: UInt8 = 0
        for try await _ in requests { count += 1 }
        return [count]
      }
    ),
  ]

  private func withPeers(
    configure: (inout GRPCServer.Configuration) -> Void = { _ in },
    _ body: (String) async throws -> Void
  ) async throws {
    try await withServer(Self.methods, configure: configure) { path, _ in
      try await withWitness(to: path) { try await body(path) }
    }
  }

  private func response(
    to path: String,
    replacing name: String = "",
    by value: String? = nil,
    adding more: [(String, String)] = [],
    data: [UInt8]? = grpcMessage([1, 2, 3])
  ) async throws -> RawResponse {
    var fields = RawHTTP2Connection.requestFields
    if let index = fields.firstIndex(where: { $0.0 == name }) {
      if let value { fields[index].1 = value } else { fields.remove(at: index) }
    }
    return try await RawHTTP2Connection.client(to: path).call(fields: fields, adding: more, data: data)
  }

  @Test("answers a valid raw call, which shows that the others fail for their faults")
  func sound() async throws {
    try await withPeers { path in
      let response = try await response(to: path)
      #expect(response.status == .ok)
      #expect(response.headers[":status"] == "200")
      #expect(response.headers["content-type"] == "application/grpc")
      #expect(response.data == grpcMessage([1, 2, 3]))
    }
  }

  @Test(
    "resets a request without a required pseudo-header",
    arguments: [":method", ":scheme", ":path"]
  )
  func missingPseudoHeader(name: String) async throws {
    try await withPeers { path in
      let response = try await response(to: path, replacing: name)
      #expect(response.resetCode == HTTP2ErrorCode.protocolError.rawValue)
    }
  }

  @Test("resets a request with fields that HTTP/2 forbids")
  func forbiddenFields() async throws {
    let bad = [
      ("X-Upper", "1"), ("x space", "1"), ("x-nul", "a\0b"), ("x-line", "a\nb"), ("", "1"), (":unknown", "1"),
      (":status", "200"), (":path", "/test.Echo/Unary"), (":method", "POST"), ("te", "gzip"),
    ]
    try await withPeers { path in
      for field in bad {
        let response = try await response(to: path, adding: [field])
        #expect(response.resetCode == HTTP2ErrorCode.protocolError.rawValue, "\(field)")
      }
    }
  }

  @Test("answers 405 to any method but POST", arguments: ["GET", "PUT", "post"])
  func notPost(method: String) async throws {
    try await withPeers { path in
      expect(http: "405", try await response(to: path, replacing: ":method", by: method))
    }
  }

  @Test(
    "answers 415 to any content-type but gRPC's",
    arguments: [nil, "", "text/html", "application/json", "application/grpc-web", "application/grpcx"]
  )
  func contentType(value: String?) async throws {
    try await withPeers { path in
      expect(http: "415", try await response(to: path, replacing: "content-type", by: value))
    }
  }

  @Test(
    "accepts gRPC's content-type with a format or parameters",
    arguments: ["application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8"]
  )
  func contentTypeVariant(value: String) async throws {
    try await withPeers { path in
      expect(.ok, try await response(to: path, replacing: "content-type", by: value))
    }
  }

  @Test("accepts any authority or none, and a request without te")
  func authority() async throws {
    try await withPeers { path in
      for authority in [nil, "", "localhost", "%2Frun%2Fs.sock", "/run/s.sock", "example.org:443"] as [String?] {
        expect(.ok, try await response(to: path, replacing: ":authority", by: authority))
      }
      expect(.ok, try await response(to: path, replacing: "te"))
      expectClear(try await response(to: path, replacing: "te", by: "gzip"))
    }
  }

  @Test(
    "rejects a malformed grpc-timeout with INVALID_ARGUMENT",
    arguments: ["", "1", "S", "-1S", "1.5S", "1s", "123456789S", "+1S", "1 S", "0x1S"]
  )
  func timeout(value: String) async throws {
    try await withPeers { path in
      expect(.invalidArgument, try await response(to: path, adding: [("grpc-timeout", value)]))
    }
  }

  @Test("accepts the longest grpc-timeout, and ends with DEADLINE_EXCEEDED after the shortest")
  func extremeTimeouts() async throws {
    try await withPeers { path in
      expect(.ok, try await response(to: path, adding: [("grpc-timeout", "99999999H")]))
      let unfinished = try await RawHTTP2Connection.client(to: path)
      let fields = RawHTTP2Connection.requestFields + [("grpc-timeout", "0n")]
      await unfinished.send(.headers(1, fields))
      expect(.deadlineExceeded, try await unfinished.response(stream: 1))
    }
  }

  @Test("answers UNIMPLEMENTED to any unknown or malformed path")
  func paths() async throws {
    try await withPeers { path in
      let paths = [
        "/", "//", "/test.Echo", "/test.Echo/", "/test.Echo/unary", "/test.Echo/Unary/", "//Unary",
        "/test.Echo/Unary?x",
        "/" + String(repeating: "x", count: 10_000) + "/y", "/" + String(repeating: "é", count: 5_000) + "/y",
      ]
      for bad in paths {
        let response = try await response(to: path, replacing: ":path", by: bad)
        #expect(response.status == .unimplemented, "\(bad.prefix(40))")
      }
      expectClear(try await response(to: path, replacing: ":path", by: ""))
      expectClear(try await response(to: path, replacing: ":path", by: "test.Echo/Unary"))
      expectClear(try await response(to: path, replacing: ":path", by: "*"))
    }
  }

  @Test("rejects an unknown encoding with UNIMPLEMENTED, and lists the supported ones")
  func unknownEncoding() async throws {
    try await withPeers { path in
      let response = try await response(to: path, adding: [("grpc-encoding", "br")], data: grpcMessage([1], flag: 1))
      #expect(response.status == .unimplemented)
      let accepted = response.headers["grpc-accept-encoding"] ?? response.trailers["grpc-accept-encoding"]
      #expect(accepted == "identity,gzip")
    }
  }

  @Test("rejects headers over the limit with RESOURCE_EXHAUSTED, wherever the list passes the limit")
  func oversizeHeaders() async throws {
    try await withPeers { path in
      let large = ("x-large", String(repeating: "x", count: 17_000))
      expect(.resourceExhausted, try await response(to: path, adding: [large]))
      // The large field precedes those that make it a gRPC request.
      let connection = try await RawHTTP2Connection.client(to: path)
      let pseudo = Array(RawHTTP2Connection.requestFields.prefix(4))
      let rest = Array(RawHTTP2Connection.requestFields.dropFirst(4))
      await connection.send(HTTP2Frame.headerBlock(1, HPACK.encode(pseudo + [large] + rest)))
      await connection.send(.data(1, grpcMessage([1]), endStream: true))
      expect(.resourceExhausted, try await connection.response(stream: 1))
    }
  }

  @Test("rejects binary metadata that is not base64 with INVALID_ARGUMENT")
  func badBase64() async throws {
    try await withPeers { path in
      expect(.invalidArgument, try await response(to: path, adding: [("x-bin", "***")]))
    }
  }

  // MARK: Messages

  @Test("rejects a message whose prefix claims 4 GiB with RESOURCE_EXHAUSTED, and allocates nothing for it")
  func lyingPrefix() async throws {
    try await withPeers { path in
      let before = residentBytes()
      let response = try await response(to: path, data: grpcMessage([1, 2, 3], claiming: .max))
      #expect(response.status == .resourceExhausted)
      #expect(residentBytes() - before < 256 << 20)
    }
  }

  @Test("rejects a message over the limit by its prefix, before its payload arrives")
  func oversizeMessage() async throws {
    try await withPeers { path in
      let connection = try await RawHTTP2Connection.client(to: path)
      let prefix = grpcMessage([], claiming: 4 * 1024 * 1024 + 1)
      await connection.send(.headers(1, RawHTTP2Connection.requestFields), .data(1, prefix))
      expect(.resourceExhausted, try await connection.response(stream: 1))
    }
  }

  @Test("rejects a compressed message without grpc-encoding, and a compressed flag that is neither 0 nor 1")
  func compressedFlag() async throws {
    try await withPeers { path in
      for encoding in [[], [("grpc-encoding", "identity")]] as [[(String, String)]] {
        expect(.internal, try await response(to: path, adding: encoding, data: grpcMessage([1], flag: 1)))
      }
      expect(.internal, try await response(to: path, data: grpcMessage([1], flag: 2)))
      expect(.internal, try await response(to: path, data: grpcMessage([1], flag: 255)))
    }
  }

  @Test("rejects invalid gzip")
  func brokenGzip() async throws {
    try await withPeers { path in
      let sound = GzipCodec().compress([UInt8](repeating: 7, count: 1000))
      let gzip = [("grpc-encoding", "gzip")]
      expect(.ok, try await response(to: path, adding: gzip, data: grpcMessage(sound, flag: 1)))
      for bad in [[], [1, 2, 3], Array(sound.dropLast()), sound + [0]] as [[UInt8]] {
        expect(.internal, try await response(to: path, adding: gzip, data: grpcMessage(bad, flag: 1)))
      }
    }
  }

  @Test("rejects a gzip bomb with RESOURCE_EXHAUSTED, without decompressing all of it")
  func gzipBomb() async throws {
    let bomb = GzipCodec().compress([UInt8](repeating: 0, count: 40 << 20))
    try await withPeers { path in
      let before = residentBytes()
      let gzip = [("grpc-encoding", "gzip")]
      for _ in 0..<5 {
        expect(.resourceExhausted, try await response(to: path, adding: gzip, data: grpcMessage(bomb, flag: 1)))
      }
      #expect(residentBytes() - before < 256 << 20)
    }
  }

  @Test("rejects a second, a missing and a truncated message on a unary call")
  func cardinality() async throws {
    try await withPeers { path in
      expect(.internal, try await response(to: path, data: grpcMessage([1]) + grpcMessage([2])))
      expect(.internal, try await response(to: path, data: []))
      expect(.internal, try await response(to: path, data: nil))
      expect(.internal, try await response(to: path, data: Array(grpcMessage([1, 2, 3]).dropLast())))
      expect(.internal, try await response(to: path, data: [0, 0]))
    }
  }

  @Test("answers a client stream that ends inside a message with INTERNAL, and an empty one normally")
  func clientStream() async throws {
    try await withPeers { path in
      let collect = (":path", "/test.Echo/Collect")
      var fields = RawHTTP2Connection.requestFields
      fields[2] = collect
      let connection = try await RawHTTP2Connection.client(to: path)
      expect(data: grpcMessage([0]), try await connection.call(stream: 1, fields: fields, data: nil))
      expect(.internal, try await connection.call(stream: 3, fields: fields, data: [0, 0, 0]))
    }
  }

  @Test("accepts a message split into DATA frames of one byte, with padding and empty frames in between")
  func fragments() async throws {
    try await withPeers { path in
      let connection = try await RawHTTP2Connection.client(to: path)
      let message = grpcMessage(Array(0..<40))
      var frames = HTTP2Frame.headers(1, RawHTTP2Connection.requestFields).bytes
      for byte in message {
        frames += HTTP2Frame(.data, flags: 0x8, stream: 1, [3, byte, 0, 0, 0]).bytes
        frames += HTTP2Frame.data(1, []).bytes
      }
      await connection.send(frames + HTTP2Frame.data(1, [], endStream: true).bytes)
      expect(data: message, try await connection.response(stream: 1))
    }
  }

  @Test("ends a request on the caller's trailers as on END_STREAM of its data")
  func requestTrailers() async throws {
    try await withPeers { path in
      let connection = try await RawHTTP2Connection.client(to: path)
      await connection.send(
        .headers(1, RawHTTP2Connection.requestFields),
        .data(1, grpcMessage([9])),
        .headers(1, [("x-trailer", "1")], endStream: true)
      )
      expect(data: grpcMessage([9]), try await connection.response(stream: 1))
    }
  }
}
