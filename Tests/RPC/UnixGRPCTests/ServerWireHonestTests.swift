import Testing

@testable import UnixGRPC

/// What goes wrong between an honest client and its server is the end of a call, not of the connection.
@Suite("A server with an honest client")
struct ServerWireHonestTests {
  private func withPeer(_ body: (RawHTTP2Connection) async throws -> Void) async throws {
    let methods = [
      MethodDefinition("Unary", .unary { request, _ in request }),
      MethodDefinition(
        "Stuck",
        .unary { request, _ in
          try await Task.sleep(for: .seconds(600))
          return request
        }
      ),
      MethodDefinition("Metadata", .unary { _, context in Array((context.requestMetadata["x-a"] ?? "").utf8) }),
    ]
    try await withServer(methods) { path, _ in
      try await withWitness(to: path) { try await body(try await RawHTTP2Connection.client(to: path)) }
    }
  }

  /// Waits until the server has dealt with all that was sent. Returns the frames that came until then.
  private func settle(_ connection: RawHTTP2Connection) async throws -> [HTTP2Frame] {
    await connection.send(.ping([9, 9, 9, 9, 9, 9, 9, 9]))
    var frames: [HTTP2Frame] = []
    while let frame = try await connection.frame() {
      if frame.isA(.ping), frame.acknowledges, frame.payload.first == 9 { return frames }
      frames.append(frame)
    }
    Issue.record("the connection was closed")
    return frames
  }

  @Test("resets no stream that has ended on both sides, when it refuses a call whose request was complete")
  func noResetAfterTheEnd() async throws {
    try await withPeer { connection in
      await connection.send(.headers(1, RawHTTP2Connection.fields(of: "Nothing"), endStream: true))
      await connection.send(
        .headers(
          3,
          RawHTTP2Connection.fields(of: "Unary") + [("x-large", String(repeating: "x", count: 16_100))],
          endStream: true
        )
      )
      await connection.send(
        .headers(5, RawHTTP2Connection.fields(of: "Unary").filter { $0.0 != "content-type" }, endStream: true)
      )
      await connection.send(.headers(7, RawHTTP2Connection.fields(of: "Unary"), endStream: true))
      var frames: [HTTP2Frame] = []
      func ended() -> [UInt32] { frames.filter { $0.isA(.headers) && $0.endsStream }.map(\.stream).sorted() }
      while ended().count < 4, let frame = try await connection.frame() { frames.append(frame) }
      #expect(ended() == [1, 3, 5, 7])
      // Answers to PING overtake others, so it is sent after them.
      frames += try await settle(connection)
      #expect(!frames.contains { $0.isA(.resetStream) })
    }
  }

  @Test("goes on after thousands of refused uploads that the client then resets")
  func refusedUploads() async throws {
    try await withPeer { connection in
      for burst in 0..<50 {
        let streams = (0..<100).map { UInt32(2 * (100 * burst + $0) + 1) }
        let uploads = streams.flatMap {
          HTTP2Frame.headers($0, RawHTTP2Connection.fields(of: "Nothing")).bytes
            + HTTP2Frame.data($0, [0, 0, 0, 9, 9, 9]).bytes
        }
        await connection.send(uploads)
        _ = try await settle(connection)
        // Sent before the client has read the refusals: more data, trailers, resets.
        let rest = streams.flatMap {
          HTTP2Frame.data($0, [UInt8](repeating: 1, count: 2000)).bytes
            + HTTP2Frame.headers($0, [("x", "y")], endStream: true).bytes + HTTP2Frame.reset($0).bytes
        }
        await connection.send(rest)
      }
      let frames = try await settle(connection)
      #expect(!frames.contains { $0.isA(.goAway) })
      expect(.ok, try await connection.call(stream: 99_999))
    }
  }

  @Test("goes on after thousands of calls that ran into their deadlines and that the client then resets")
  func deadlines() async throws {
    try await withPeer { connection in
      for burst in 0..<10 {
        let streams = (0..<500).map { UInt32(2 * (500 * burst + $0) + 1) }
        let calls = streams.flatMap {
          HTTP2Frame.headers($0, RawHTTP2Connection.fields(of: "Stuck") + [("grpc-timeout", "1m")]).bytes
            + HTTP2Frame.data($0, grpcMessage([1]), endStream: true).bytes
        }
        await connection.send(calls)
        // The server is the first to see the deadline of the last call pass; the others passed before.
        expect(.deadlineExceeded, try await connection.response(stream: streams.last!))
        await connection.send(streams.flatMap { HTTP2Frame.reset($0).bytes })
      }
      let frames = try await settle(connection)
      #expect(!frames.contains { $0.isA(.goAway) })
      expect(.ok, try await connection.call(stream: 99_999))
    }
  }

  @Test("does not start the handler of a call whose deadline passed before the call had arrived")
  func passedDeadline() async throws {
    let calls = Counter()
    let counted = MethodHandler.unary { request, _ in
      calls.add()
      return request
    }
    try await withServer([MethodDefinition("Unary", counted)]) { path, _ in
      let connection = try await RawHTTP2Connection.client(to: path)
      for call in 0..<100 {
        let fields = RawHTTP2Connection.fields(of: "Unary") + [("grpc-timeout", "1n")]
        expect(.deadlineExceeded, try await connection.call(stream: UInt32(2 * call + 1), fields: fields))
      }
      #expect(calls.value == 0)
    }
  }

  // MARK: Large headers

  private static let large = String(repeating: "v", count: 100_000)

  /// A literal field that goes into the dynamic table (RFC 7541 section 6.2.1).
  private static func indexed(_ name: String, _ value: String) -> [UInt8] {
    [0x40] + HPACK.encode([(name, value)]).dropFirst()
  }

  @Test("refuses only the call whose header has 100 KB, and goes on with those that are open")
  func largeHeader() async throws {
    try await withPeer { connection in
      await connection.send(.headers(1, RawHTTP2Connection.fields(of: "Unary")))
      for (index, field) in [("x-large", Self.large), (Self.large, "x"), ("x-bin", Self.large)].enumerated() {
        let stream = UInt32(2 * index + 3)
        let block = HPACK.encode(RawHTTP2Connection.fields(of: "Unary") + [field])
        await connection.send(HTTP2Frame.headerBlock(stream, block) + HTTP2Frame.data(stream, grpcMessage([1])).bytes)
        expect(.resourceExhausted, try await connection.response(stream: stream))
      }
      // As trailers, too.
      await connection.send(HTTP2Frame.headers(9, RawHTTP2Connection.fields(of: "Unary")).bytes)
      await connection.send(HTTP2Frame.headerBlock(9, HPACK.encode([("x-large", Self.large)]), endStream: true))
      expect(.resourceExhausted, try await connection.response(stream: 9))
      await connection.send(.data(1, grpcMessage([5]), endStream: true))
      expect(data: grpcMessage([5]), try await connection.response(stream: 1))
    }
  }

  @Test("goes on after a thousand calls whose headers have 100 KB")
  func manyLargeHeaders() async throws {
    try await withPeer { connection in
      for call in 0..<1000 {
        let block = HPACK.encode(RawHTTP2Connection.fields(of: "Unary") + [("x-large", Self.large)])
        let stream = UInt32(2 * call + 1)
        await connection.send(HTTP2Frame.headerBlock(stream, block, endStream: true))
        expect(.resourceExhausted, try await connection.response(stream: stream))
      }
    }
  }

  @Test("keeps the header table as the client has it after a header that was too large to decode")
  func headerTable() async throws {
    try await withPeer { connection in
      let fields = HPACK.encode(RawHTTP2Connection.fields(of: "Metadata"))
      let reference: [UInt8] = [0x80 | 62]
      let message = HTTP2Frame.data(1, grpcMessage([]), endStream: true)
      func call(_ stream: UInt32, _ block: [UInt8]) async throws -> RawResponse {
        var data = message
        data.stream = stream
        await connection.send(HTTP2Frame.headerBlock(stream, block) + data.bytes)
        return try await connection.response(stream: stream)
      }
      expect(data: grpcMessage([7 + 48]), try await call(1, fields + Self.indexed("x-a", "7")))
      // Without indexing the table stays; the field after the large one is still in its place.
      expect(.resourceExhausted, try await call(3, fields + HPACK.encode([("x-l", Self.large)]) + reference))
      expect(data: grpcMessage([7 + 48]), try await call(5, fields + reference))
      // With indexing the table is emptied, because the entry does not fit (RFC 7541 section 4.4).
      expect(.resourceExhausted, try await call(7, fields + Self.indexed("x-l", Self.large) + Self.indexed("x-a", "8")))
      expect(data: grpcMessage([8 + 48]), try await call(9, fields + reference))
      let second = try await call(11, fields + [0x80 | 63])
      #expect(second.isConnectionClosed)
    }
  }
}
