import Testing

@testable import UnixGRPC

/// What RFC 9113 sections 8.1 to 8.3 demand of requests. Each violation resets its stream, and its handler does not run.
@Suite("A server resets a request")
struct ServerWireRulesTests {
  private func withPeer(
    observer: (@Sendable (CallSummary) -> Void)? = nil,
    _ body: (RawHTTP2Connection, Counter) async throws -> Void
  ) async throws {
    let calls = Counter()
    let methods = [
      MethodDefinition(
        "Unary",
        .unary { request, _ in
          calls.add()
          return request
        }
      ),
      MethodDefinition(
        "Collect",
        .clientStreaming { requests, _ in
          for try await _ in requests {}
          calls.add()
          return []
        }
      ),
    ]
    try await withServer(methods, configure: { $0.callObserver = observer }) { path, _ in
      try await withWitness(to: path) {
        let connection = try await RawHTTP2Connection.client(to: path)
        // The witness's calls are handled too.
        try await body(connection, calls)
        expect(.ok, try await connection.call(stream: 999_999))
      }
    }
  }

  private static let fields = RawHTTP2Connection.requestFields

  private static func replacing(_ name: String, by value: String) -> [(String, String)] {
    fields.map { $0.0 == name ? ($0.0, value) : $0 }
  }

  private func expectReset(
    _ connection: RawHTTP2Connection,
    _ stream: UInt32,
    _ what: String,
    at location: SourceLocation = #_sourceLocation
  ) async throws {
    let response = try await connection.response(stream: stream)
    #expect(response.resetCode == HTTP2ErrorCode.protocolError.rawValue, "\(what)", sourceLocation: location)
    #expect(response.headers.isEmpty, "\(what)", sourceLocation: location)
  }

  @Test("with a field that HTTP/2 forbids, anywhere")
  func forbiddenFields() async throws {
    let bad: [(String, String)] = [
      ("connection", "close"), ("connection", "keep-alive"), ("keep-alive", "timeout=5"), ("proxy-connection", "x"),
      ("transfer-encoding", "chunked"), ("upgrade", "h2c"), ("te", "trailers, deflate"), (":protocol", "x"),
      (":authority", "localhost"), (":scheme", "http"), ("Connection", "close"), ("host", "elsewhere"),
    ]
    try await withPeer { connection, _ in
      for (index, field) in bad.enumerated() {
        let stream = UInt32(2 * index + 1)
        await connection.send(.headers(stream, Self.fields + [field]), .data(stream, grpcMessage([1]), endStream: true))
        try await expectReset(connection, stream, "\(field)")
      }
    }
  }

  @Test("whose pseudo-header fields come after others")
  func pseudoHeaderOrder() async throws {
    try await withPeer { connection, _ in
      for index in 0..<4 {
        var fields = Self.fields
        fields.append(fields.remove(at: index))
        let stream = UInt32(2 * index + 1)
        await connection.send(.headers(stream, fields), .data(stream, grpcMessage([1]), endStream: true))
        try await expectReset(connection, stream, Self.fields[index].0)
      }
    }
  }

  @Test("whose values hold control characters, or white space at an end, in whichever field")
  func values() async throws {
    let texts = ["a\rb", "a\nb", "a\r\nb", "a\0b", "a\u{1B}[2Jb", "a\u{7F}b", " a", "a ", "\ta", "a\t", "a\u{1}"]
    let names = ["x-any", "user-agent", "content-type", "grpc-encoding", "grpc-accept-encoding", ":authority", "host"]
    try await withPeer { connection, _ in
      var stream: UInt32 = 1
      for name in names {
        for text in texts {
          let fields =
            Self.fields.contains { $0.0 == name } ? Self.replacing(name, by: text) : Self.fields + [(name, text)]
          await connection.send(.headers(stream, fields, endStream: true))
          try await expectReset(connection, stream, "\(name): \(text.debugDescription)")
          stream += 2
        }
      }
    }
  }

  @Test("whose path, method or scheme is none")
  func pseudoHeaderValues() async throws {
    let bad = [
      (":path", ""), (":path", "x"), (":path", "*"), (":path", "/a b"), (":path", "/a\r\nb"), (":path", "/\u{1B}[1m"),
      (":method", ""), (":method", "PO ST"), (":method", "POST\n"), (":scheme", ""), (":scheme", "1"),
      (":scheme", "a b"),
    ]
    try await withPeer { connection, _ in
      for (index, field) in bad.enumerated() {
        let stream = UInt32(2 * index + 1)
        await connection.send(.headers(stream, Self.replacing(field.0, by: field.1), endStream: true))
        try await expectReset(connection, stream, "\(field)")
      }
      // CONNECT names no path (RFC 9113 section 8.5).
      await connection.send(.headers(101, Self.replacing(":method", by: "CONNECT"), endStream: true))
      try await expectReset(connection, 101, "CONNECT with a path")
      await connection.send(.headers(103, [(":method", "CONNECT"), (":authority", "localhost")]))
      let response = try await connection.response(stream: 103)
      #expect(response.headers[":status"] == "405")
    }
  }

  @Test("whose content-length is not that of its data, and takes one whose is")
  func contentLength() async throws {
    let message = grpcMessage([1, 2, 3])
    try await withPeer { connection, _ in
      for (index, value) in ["7", "9", "0", "-8", "+8", "8 ", "8,8", "", "0x8", "99999999999999999999"].enumerated() {
        let stream = UInt32(2 * index + 1)
        await connection.send(
          .headers(stream, Self.fields + [("content-length", value)]),
          .data(stream, message, endStream: true)
        )
        try await expectReset(connection, stream, value)
      }
      await connection.send(.headers(101, Self.fields + [("content-length", "8"), ("content-length", "8")]))
      try await expectReset(connection, 101, "two")
      await connection.send(.headers(103, Self.fields + [("content-length", "8")], endStream: true))
      try await expectReset(connection, 103, "no data")
      // As soon as there is too much.
      await connection.send(.headers(105, Self.fields + [("content-length", "7")]), .data(105, message))
      try await expectReset(connection, 105, "too much, and no end")
      await connection.send(.headers(107, Self.fields + [("content-length", "9")]), .data(107, message))
      await connection.send(.headers(107, [("x", "y")], endStream: true))
      try await expectReset(connection, 107, "trailers before all of it")
      let padded = HTTP2Frame(.data, flags: 9, stream: 109, [4] + message + [0, 0, 0, 0])
      await connection.send(.headers(109, Self.fields + [("content-length", "8")]), padded)
      expect(data: message, try await connection.response(stream: 109))
    }
  }

  @Test("whose trailers have pseudo-header fields, or others that HTTP/2 forbids, or do not end it")
  func trailers() async throws {
    let bad: [[(String, String)]] = [
      [(":path", "/test.Echo/Unary")], [(":method", "POST")], [("x", "y"), (":status", "200")],
      [("connection", "close")],
      [("transfer-encoding", "chunked")], [("X", "y")], [("x", "a\r\nb")], [("", "")],
    ]
    try await withPeer { connection, _ in
      for method in ["Unary", "Collect"] {
        for (index, trailers) in bad.enumerated() {
          let stream = UInt32(2 * index + (method == "Unary" ? 1 : 101))
          await connection.send(.headers(stream, Self.replacing(":path", by: "/test.Echo/\(method)")))
          await connection.send(.data(stream, grpcMessage([1])), .headers(stream, trailers, endStream: true))
          try await expectReset(connection, stream, "\(trailers)")
        }
      }
      await connection.send(.headers(201, Self.fields), .data(201, grpcMessage([1])), .headers(201, [("x", "y")]))
      try await expectReset(connection, 201, "without END_STREAM")
    }
  }

  @Test("and never runs its handler")
  func handlerDoesNotRun() async throws {
    let calls = Counter()
    let method = MethodDefinition(
      "Unary",
      .unary { request, _ in
        calls.add()
        return request
      }
    )
    try await withServer([method]) { path, _ in
      let connection = try await RawHTTP2Connection.client(to: path)
      let faults: [[(String, String)]] = [
        Self.fields + [("connection", "close")], Self.fields + [("content-length", "7")], Self.fields.reversed(),
      ]
      for (index, fields) in faults.enumerated() {
        let stream = UInt32(2 * index + 1)
        await connection.send(.headers(stream, fields), .data(stream, grpcMessage([1, 2, 3]), endStream: true))
        try await expectReset(connection, stream, "\(fields)")
      }
      await connection.send(.headers(101, Self.fields), .data(101, grpcMessage([1])))
      await connection.send(.headers(101, [(":path", "/")], endStream: true))
      try await expectReset(connection, 101, "trailers")
      #expect(calls.value == 0)
    }
  }

  @Test("and takes one with a host that is its authority")
  func host() async throws {
    try await withPeer { connection, _ in
      await connection.send(
        .headers(1, Self.fields + [("host", "LOCALHOST")]),
        .data(1, grpcMessage([1]), endStream: true)
      )
      expect(.ok, try await connection.response(stream: 1))
    }
  }

  @Test("and reports paths as text that can be printed")
  func observedPaths() async throws {
    let (summaries, summary) = AsyncStream<CallSummary>.makeStream()
    let bad = [
      ("/a\r\nWARNING forged", "/a%0D%0AWARNING%20forged"), ("/\u{1B}[2J", "/%1B[2J"), ("/é", "/%C3%A9"),
      ("/%41", "/%2541"), ("/" + String(repeating: "x", count: 1000), "/" + String(repeating: "x", count: 255) + "…"),
    ]
    try await withPeer(observer: { if !$0.isHandled { summary.yield($0) } }) { connection, _ in
      var seen = summaries.makeAsyncIterator()
      for (index, path) in bad.enumerated() {
        await connection.send(.headers(UInt32(2 * index + 1), Self.replacing(":path", by: path.0), endStream: true))
        #expect(await seen.next()?.path == path.1)
      }
    }
  }
}
