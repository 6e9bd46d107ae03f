import Testing

@testable import UnixGRPC

/// Peers that keep a server busy with frames that carry nothing. Each of them is counted, and the connection is closed; a
/// second connection works throughout.
@Suite("A server that is sent frames without use", .serialized)
struct ServerWireOverheadTests {
  struct Flood: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// Sent before the flood.
    var start: [UInt8] = []
    /// Sent again and again.
    let batch: [UInt8]
    var batches = 100
    /// Whether so many answers may be due at once that nghttp2 gives up, which leaves no way to send GOAWAY.
    var mayCloseWithoutGoAway = false

    init(
      _ name: String,
      start: [UInt8] = [],
      _ frame: [UInt8],
      times: Int = 400,
      batches: Int = 100,
      mayCloseWithoutGoAway: Bool = false
    ) {
      self.mayCloseWithoutGoAway = mayCloseWithoutGoAway
      testDescription = name
      self.start = start
      batch = [[UInt8]](repeating: frame, count: times).flatMap(\.self)
      self.batches = batches
    }
  }

  private static let open = HTTP2Frame.headers(1, RawHTTP2Connection.fields(of: "Collect")).bytes
  /// A call that is refused, so that the server resets its stream.
  private static let refused = HTTP2Frame.headers(1, RawHTTP2Connection.fields(of: "Nothing")).bytes
  private static let junk = [UInt8](repeating: 0, count: 16_000)

  private static func unknownFrame(_ payload: [UInt8]) -> [UInt8] {
    var frame = HTTP2Frame(.data, payload)
    frame.kind = 0x42
    return frame.bytes
  }

  static let floods: [Flood] = [
    Flood("PING, whose answers it reads", HTTP2Frame.ping().bytes, mayCloseWithoutGoAway: true),
    Flood("answers to PING that were not asked for", HTTP2Frame.ping(acknowledges: true).bytes),
    Flood("SETTINGS, whose answers it reads", HTTP2Frame.settings().bytes),
    Flood(
      "SETTINGS that change all windows",
      HTTP2Frame.settings([(id: 4, value: 70_000), (id: 4, value: 80_000)]).bytes
    ),
    Flood("WINDOW_UPDATE of the connection", HTTP2Frame.windowUpdate(0, 1).bytes),
    Flood("WINDOW_UPDATE of a stream", start: open, HTTP2Frame.windowUpdate(1, 1).bytes),
    Flood("WINDOW_UPDATE of a refused stream", start: refused, HTTP2Frame.windowUpdate(1, 1).bytes),
    Flood("PRIORITY", HTTP2Frame(.priority, stream: 9, [0, 0, 0, 7, 1]).bytes),
    Flood("GOAWAY, with a stream open", start: open, HTTP2Frame.goAway(lastStream: 0).bytes),
    Flood(
      "GOAWAY with much to say",
      start: open,
      HTTP2Frame(.goAway, [UInt8](repeating: 0, count: 16_000)).bytes,
      times: 4
    ),
    Flood("empty frames of unknown kinds", unknownFrame([])),
    Flood("large frames of unknown kinds", unknownFrame(junk), times: 4),
    Flood("empty DATA", start: open, HTTP2Frame.data(1, []).bytes),
    Flood("DATA of nothing but padding", start: open, HTTP2Frame(.data, flags: 8, stream: 1, [2, 0, 0]).bytes),
    Flood(
      "DATA of one byte",
      start: open + HTTP2Frame.data(1, grpcMessage([], claiming: 1_000_000)).bytes,
      HTTP2Frame.data(1, [7]).bytes
    ),
    Flood("empty DATA on a refused stream", start: refused, HTTP2Frame.data(1, []).bytes),
    Flood("DATA without end on a refused stream", start: refused, HTTP2Frame.data(1, junk).bytes, times: 10),
    Flood("RST_STREAM of a refused stream", start: refused, HTTP2Frame.reset(1).bytes),
    Flood(
      "HEADERS of a refused stream",
      start: refused,
      HTTP2Frame.headers(1, RawHTTP2Connection.fields(of: "Unary")).bytes
    ),
    Flood(
      "empty CONTINUATION",
      start: HTTP2Frame(.headers, stream: 1).bytes,
      HTTP2Frame(.continuation, stream: 1).bytes
    ),
    Flood(
      "CONTINUATION of a value without end",
      start: HTTP2Frame(.headers, stream: 1, [0x00, 0x01, 0x61, 0x7F, 0xFF, 0xFF, 0xFF, 0x7F]).bytes,
      HTTP2Frame(.continuation, stream: 1, junk).bytes,
      times: 4
    ),
  ]

  private func withVictim(_ attack: (String) async throws -> Void) async throws {
    let methods = [
      MethodDefinition("Unary", .unary { request, _ in request }),
      MethodDefinition(
        "Collect",
        .clientStreaming { requests, _ in
          for try await _ in requests {}
          return []
        }
      ),
    ]
    try await withServer(methods) { path, _ in
      try await withWitness(to: path) { try await attack(path) }
    }
  }

  @Test("closes the connection", arguments: floods)
  func isCut(flood: Flood) async throws {
    try await withVictim { path in
      let connection = try await RawHTTP2Connection.client(to: path)
      async let frames = connection.framesUntilClose()
      await connection.send(flood.start)
      for _ in 0..<flood.batches where await !connection.send(flood.batch) { break }
      let goAway = try await frames.last { $0.isA(.goAway) }
      if goAway == nil, flood.mayCloseWithoutGoAway { return }
      #expect(goAway?.errorCode == HTTP2ErrorCode.enhanceYourCalm.rawValue)
    }
  }

  @Test("closes the connection that makes it decode the same large field again and again")
  func headerReferences() async throws {
    try await withVictim { path in
      let connection = try await RawHTTP2Connection.client(to: path)
      async let frames = connection.framesUntilClose()
      // One field of 3 900 bytes goes into the table (RFC 7541 section 6.2.1); a byte each refers to it.
      let entry = [0x40] + HPACK.encode([("x", String(repeating: "x", count: 3900))]).dropFirst()
      let references = [UInt8](repeating: 0x80 | 62, count: 16_000)
      let fields = HPACK.encode(RawHTTP2Connection.requestFields)
      await connection.send(HTTP2Frame(.headers, flags: HTTP2Frame.endHeaders, stream: 1, fields + entry))
      for call in 1..<100 {
        let block = HTTP2Frame(.headers, flags: HTTP2Frame.endHeaders, stream: UInt32(2 * call + 1), references)
        if await !connection.send(block) { break }
      }
      let all = try await frames
      #expect(all.last { $0.isA(.goAway) }?.errorCode == HTTP2ErrorCode.enhanceYourCalm.rawValue)
      // In the first block of references, which would be 62 MB: no call after it is answered.
      #expect(!all.contains { $0.isA(.headers) && $0.stream > 3 })
    }
  }

  @Test("closes the connection that sends on a stream after its end, at once")
  func afterTheEnd() async throws {
    let ended =
      HTTP2Frame.headers(1, RawHTTP2Connection.fields(of: "Unary")).bytes
      + HTTP2Frame.data(1, grpcMessage([1]), endStream: true).bytes
    let reset = HTTP2Frame.headers(1, RawHTTP2Connection.fields(of: "Collect")).bytes + HTTP2Frame.reset(1).bytes
    let more = [HTTP2Frame.data(1, []), HTTP2Frame.data(1, [1]), HTTP2Frame.headers(1, [("x", "y")], endStream: true)]
    try await withVictim { path in
      for start in [ended, reset] {
        for frame in more {
          let connection = try await RawHTTP2Connection.client(to: path)
          await connection.send(start + HTTP2Frame.ping().bytes)
          _ = try await connection.frame { $0.isA(.ping) && $0.acknowledges }
          await connection.send(frame)
          let goAway = try await connection.framesUntilClose().last { $0.isA(.goAway) }
          #expect(goAway?.errorCode == HTTP2ErrorCode.streamClosed.rawValue)
        }
      }
    }
  }

  @Test("closes the connection that opens a stream with a smaller number than the one before, at once")
  func passedOver() async throws {
    try await withVictim { path in
      let connection = try await RawHTTP2Connection.client(to: path)
      await connection.send(
        .headers(5, RawHTTP2Connection.fields(of: "Collect")),
        .headers(3, RawHTTP2Connection.fields(of: "Collect"), endStream: true)
      )
      let goAway = try await connection.framesUntilClose().last { $0.isA(.goAway) }
      #expect(goAway?.errorCode == HTTP2ErrorCode.protocolError.rawValue)
    }
  }

  @Test("remembers the latest streams")
  func recentStreams() {
    var streams = RecentStreams()
    for stream in stride(from: Int32(1), to: 2001, by: 2) where stream % 5 != 0 {
      #expect(streams.state(of: stream) == .unknown)
      streams.open(stream)
      #expect(streams.state(of: stream) == .opened)
      if stream % 3 == 0 { streams.end(stream) }
    }
    for stream in Int32(1)...2003 {
      let isRemembered = stream % 2 == 1 && stream > 1999 - 2 * 256 && stream < 2001
      let expected: RecentStreams.State =
        !isRemembered ? .unknown : stream % 5 == 0 ? .neverOpened : stream % 3 == 0 ? .ended : .opened
      #expect(streams.state(of: stream) == expected)
    }
    streams.open(2_000_001)
    #expect(streams.state(of: 1999) == .unknown)
    #expect(streams.state(of: 1_999_999) == .neverOpened)
    #expect(streams.state(of: 2_000_001) == .opened)
  }

  @Test("closes the connection that opens streams with no headers")
  func emptyHeaders() async throws {
    try await withVictim { path in
      let connection = try await RawHTTP2Connection.client(to: path)
      async let frames = connection.framesUntilClose()
      for burst in 0..<50 {
        let bytes = (0..<100).flatMap {
          HTTP2Frame.headers(UInt32(2 * (100 * burst + $0) + 1), [], endStream: true).bytes
        }
        if await !connection.send(bytes) { break }
      }
      let goAway = try await frames.last { $0.isA(.goAway) }
      #expect(goAway?.errorCode == HTTP2ErrorCode.enhanceYourCalm.rawValue)
    }
  }

  @Test("does not read on from a peer that was cut off and does not read either")
  func cutAndUnread() async throws {
    try await withVictim { path in
      let connection = try await RawHTTP2Connection.client(to: path)
      let bytes = [[UInt8]](repeating: HTTP2Frame.ping().bytes, count: 1000).flatMap(\.self)
      // No frame is read here. What the server takes is bounded all the same.
      for _ in 0..<1000 where await !connection.send(bytes) { return }
      Issue.record("a million frames were taken")
    }
  }

  @Test("goes on with an honest peer whose calls account for what it sends")
  func honest() async throws {
    try await withVictim { path in
      let connection = try await RawHTTP2Connection.client(to: path)
      for call in 0..<3000 {
        let stream = UInt32(2 * call + 1)
        await connection.send(
          .headers(stream, RawHTTP2Connection.fields(of: "Unary")),
          .data(stream, Array(grpcMessage([1]).prefix(5))),
          .data(stream, [1], endStream: true),
          .ping(),
          .windowUpdate(0, 6),
          .windowUpdate(stream, 6),
          HTTP2Frame(.priority, stream: stream, [0, 0, 0, 0, 16])
        )
        expect(.ok, try await connection.response(stream: stream))
      }
    }
  }

  @Test("goes on with an honest peer that sends many small messages on a stream, and one large one in tiny pieces")
  func smallMessages() async throws {
    try await withVictim { path in
      let connection = try await RawHTTP2Connection.client(to: path)
      await connection.send(Self.open)
      for _ in 0..<300 {
        let bytes = (0..<100).flatMap { HTTP2Frame.data(1, grpcMessage([UInt8($0)])).bytes }
        await connection.send(bytes)
        await connection.send(.ping())
        _ = try await connection.frame { $0.isA(.ping) && $0.acknowledges }
      }
      let pieces = grpcMessage([UInt8](repeating: 1, count: 1000)).flatMap { HTTP2Frame.data(1, [$0]).bytes }
      await connection.send(pieces)
      await connection.send(.data(1, [], endStream: true))
      expect(.ok, try await connection.response(stream: 1))
    }
  }
}
