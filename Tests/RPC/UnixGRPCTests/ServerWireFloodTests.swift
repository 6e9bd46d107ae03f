import Foundation
import SeededRandom
import Synchronization
import Testing

@testable import UnixGRPC

/// Peers that try to exhaust the server. In each case a second connection keeps working, and memory stays bounded.
@Suite("A server under attack", .serialized)
struct ServerWireFloodTests {
  /// Allowed growth of the process in bytes, including other tests and the attacker; the attacks would take gigabytes.
  private static let bound = 400 << 20

  private func withVictim(
    _ handler: MethodHandler = .unary { request, _ in request },
    configure: (inout GRPCServer.Configuration) -> Void = { _ in },
    _ attack: (String) async throws -> Void
  ) async throws {
    let methods = [
      MethodDefinition("Unary", .unary { request, _ in request }), MethodDefinition("Victim", handler),
    ]
    try await withServer(methods, configure: configure) { path, _ in
      let before = residentBytes()
      try await withWitness(to: path) { try await attack(path) }
      #expect(residentBytes() - before < Self.bound)
    }
  }

  private static let victimFields = RawHTTP2Connection.fields(of: "Victim")

  // MARK: Not HTTP/2

  @Test(
    "closes a connection that does not speak HTTP/2",
    arguments: [
      "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\0\0\0\0\0\0\0\0", "PRI * HTTP/1.1\r\n\r\n", "\u{16}\u{3}\u{1}", "hello",
    ]
  )
  func notHTTP2(text: String) async throws {
    try await withVictim { path in
      let connection = try RawHTTP2Connection(connectingTo: path)
      await connection.send(Array(text.utf8) + [UInt8](repeating: 0, count: 64))
      try await connection.framesUntilClose()
    }
  }

  @Test("closes a connection whose preface is followed by garbage")
  func garbageAfterPreface() async throws {
    try await withVictim { path in
      for seed in 0..<50 {
        var random = SplitMix64(seed: UInt64(seed))
        let connection = try RawHTTP2Connection(connectingTo: path)
        let garbage = (0..<4096).map { _ in UInt8.random(in: 0 ... .max, using: &random) }
        await connection.send(HTTP2Frame.preface + garbage)
        connection.finishSending()
        try await connection.framesUntilClose()
      }
    }
  }

  @Test("survives a valid call truncated at any byte")
  func truncations() async throws {
    let call =
      RawHTTP2Connection.clientPreface() + HTTP2Frame.headers(1, RawHTTP2Connection.requestFields).bytes
      + HTTP2Frame.data(1, grpcMessage([1, 2, 3]), endStream: true).bytes
    try await withVictim { path in
      for length in 0..<call.count {
        let connection = try RawHTTP2Connection(connectingTo: path)
        await connection.send(Array(call.prefix(length)))
        connection.finishSending()
        try await connection.framesUntilClose()
      }
    }
  }

  @Test("survives a valid call with any one byte changed")
  func mutations() async throws {
    let call =
      RawHTTP2Connection.clientPreface() + HTTP2Frame.headers(1, RawHTTP2Connection.requestFields).bytes
      + HTTP2Frame.data(1, grpcMessage([1, 2, 3]), endStream: true).bytes
    try await withVictim { path in
      for index in call.indices {
        var mutated = call
        mutated[index] ^= UInt8(1 << (index % 8))
        let connection = try RawHTTP2Connection(connectingTo: path)
        await connection.send(mutated)
        connection.finishSending()
        try await connection.framesUntilClose()
      }
    }
  }

  @Test("ends a connection with invalid framing with GOAWAY and the matching error code")
  func framing() async throws {
    let oversize = HTTP2Frame(.data, stream: 1, [UInt8](repeating: 0, count: 16_385))
    let faults: [(HTTP2Frame, HTTP2ErrorCode)] = [
      (oversize, .frameSizeError),
      (HTTP2Frame(.data, stream: 0, [1]), .protocolError),
      (HTTP2Frame(.settings, stream: 1), .protocolError),
      (HTTP2Frame(.settings, [1, 2, 3]), .frameSizeError),
      (HTTP2Frame(.ping, [1]), .frameSizeError),
      (HTTP2Frame(.windowUpdate, [0, 0, 0, 0]), .protocolError),
      (HTTP2Frame(.continuation, stream: 1, [1]), .protocolError),
      (HTTP2Frame(.pushPromise, flags: 4, stream: 1, [0, 0, 0, 2]), .protocolError),
      (HTTP2Frame.headers(2, RawHTTP2Connection.requestFields), .protocolError),
      (HTTP2Frame(.headers, flags: 4, stream: 1, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]), .init(rawValue: 9)),
    ]
    try await withVictim { path in
      for (frame, code) in faults {
        let connection = try await RawHTTP2Connection.client(to: path)
        await connection.send(frame)
        let goAway = try await connection.framesUntilClose().last { $0.isA(.goAway) }
        #expect(goAway?.errorCode == code.rawValue, "\(frame.kind)")
      }
    }
  }

  // MARK: Floods

  @Test("closes a connection that resets streams as fast as it opens them, before their handlers accumulate")
  func rapidReset() async throws {
    let running = Atomic(0)
    let most = Atomic(0)
    let handler = MethodHandler.unary { request, _ in
      let now = running.wrappingAdd(1, ordering: .relaxed).newValue
      most.max(now, ordering: .relaxed)
      defer { running.wrappingSubtract(1, ordering: .relaxed) }
      try await Task.sleep(for: .seconds(60))
      return request
    }
    try await withVictim(handler) { path in
      let connection = try await RawHTTP2Connection.client(to: path)
      async let frames = connection.framesUntilClose()
      for burst in 0..<100 {
        var bytes: [UInt8] = []
        for index in 0..<100 {
          let stream = UInt32(2 * (burst * 100 + index) + 1)
          bytes += HTTP2Frame.headers(stream, Self.victimFields).bytes
          bytes += HTTP2Frame.data(stream, grpcMessage([1]), endStream: true).bytes
          bytes += HTTP2Frame.reset(stream).bytes
        }
        if await !connection.send(bytes) { break }
      }
      let isClosed = try await frames.contains { $0.isA(.goAway) }
      #expect(isClosed)
    }
    #expect(most.load(ordering: .relaxed) <= 1000)
  }

  @Test("closes a connection that resets streams as fast as it opens them, also while one of its calls is open")
  func rapidResetWithAnOpenCall() async throws {
    let handler = MethodHandler.unary { request, _ in
      try await Task.sleep(for: .seconds(600))
      return request
    }
    try await withVictim(handler) { path in
      let connection = try await RawHTTP2Connection.client(to: path)
      async let frames = connection.framesUntilClose()
      await connection.send(.headers(1, Self.victimFields), .data(1, grpcMessage([1]), endStream: true))
      for burst in 0..<100 {
        let bytes = (0..<100).flatMap {
          let stream = UInt32(2 * (burst * 100 + $0) + 3)
          return HTTP2Frame.headers(stream, Self.victimFields).bytes + HTTP2Frame.reset(stream).bytes
        }
        if await !connection.send(bytes) { break }
      }
      let goAway = try await frames.last { $0.isA(.goAway) }
      #expect(goAway?.errorCode == HTTP2ErrorCode.enhanceYourCalm.rawValue)
    }
  }

  @Test("closes a connection that provokes resets by the server")
  func madeYouReset() async throws {
    let provocations: [(UInt32) -> HTTP2Frame] = [
      // The window overflows (RFC 9113 section 6.9.1).
      { .windowUpdate($0, 0x7FFF_FFFF) },
      // DATA after END_STREAM.
      { .data($0, [1], endStream: true) },
      // A stream that depends on itself (RFC 7540 section 5.3.1).
      { HTTP2Frame(.priority, stream: $0, $0.bigEndianBytes + [1]) },
      { HTTP2Frame(.priority, stream: $0, [1]) },
      { .windowUpdate($0, 0) },
    ]
    let handler = MethodHandler.unary { request, _ in
      try await Task.sleep(for: .seconds(60))
      return request
    }
    for (index, provocation) in provocations.enumerated() {
      try await withVictim(handler) { path in
        let connection = try await RawHTTP2Connection.client(to: path)
        async let frames = connection.framesUntilClose()
        for burst in 0..<20 {
          var bytes: [UInt8] = []
          for call in 0..<100 {
            let stream = UInt32(2 * (burst * 100 + call) + 1)
            bytes += HTTP2Frame.headers(stream, Self.victimFields).bytes
            bytes += HTTP2Frame.data(stream, grpcMessage([1]), endStream: true).bytes
            bytes += provocation(stream).bytes
          }
          if await !connection.send(bytes) { break }
        }
        // Frames that provoke no reset leave the calls open, which SETTINGS_MAX_CONCURRENT_STREAMS bounds.
        let isClosed = try await frames.contains { $0.isA(.goAway) }
        #expect(isClosed, "provocation \(index)")
      }
    }
  }

  @Test(
    "closes a connection that floods it with frames that require responses and does not read them",
    arguments: [HTTP2Frame.ping(), HTTP2Frame.settings()]
  )
  func unreadAnswers(frame: HTTP2Frame) async throws {
    try await withVictim { path in
      let connection = try await RawHTTP2Connection.client(to: path)
      let bytes = [[UInt8]](repeating: frame.bytes, count: 10_000).flatMap(\.self)
      for _ in 0..<500 where await !connection.send(bytes) { return }
      Issue.record("five million frames were taken")
    }
  }

  @Test("closes a connection that makes refused calls and does not read the resets")
  func unreadRefusals() async throws {
    try await withVictim { path in
      // Until it is acknowledged, SETTINGS_MAX_CONCURRENT_STREAMS refuses streams one by one.
      let connection = try RawHTTP2Connection(connectingTo: path)
      await connection.send(HTTP2Frame.preface + HTTP2Frame.settings().bytes)
      var stream: UInt32 = 1
      for _ in 0..<200 {
        var bytes: [UInt8] = []
        for _ in 0..<1000 {
          bytes += HTTP2Frame.headers(stream, RawHTTP2Connection.requestFields).bytes
          stream += 2
        }
        if await !connection.send(bytes) { return }
      }
      Issue.record("two hundred thousand calls were taken")
    }
  }

  @Test("closes a connection that never ends its header block")
  func continuationFlood() async throws {
    try await withVictim { path in
      let connection = try await RawHTTP2Connection.client(to: path)
      await connection.send(.headers(1, RawHTTP2Connection.requestFields, endHeaders: false))
      let fragment = HTTP2Frame(.continuation, stream: 1, HPACK.encode([("x", "y")])).bytes
      for _ in 0..<1000 where await !connection.send([[UInt8]](repeating: fragment, count: 1000).flatMap(\.self)) {
        return
      }
      Issue.record("a million CONTINUATION frames were taken")
    }
  }

  @Test("rejects a header block that expands to megabytes by repeating a table entry")
  func headerBomb() async throws {
    try await withVictim { path in
      let connection = try await RawHTTP2Connection.client(to: path)
      // A field of 3 900 bytes is added to the table (RFC 7541 section 6.2.1); one byte each refers to it.
      let value = String(repeating: "x", count: 3900)
      let entry = [0x40] + HPACK.encode([("x", value)]).dropFirst()
      let block = HPACK.encode(RawHTTP2Connection.requestFields) + entry
      let bomb = [UInt8](repeating: 0x80 | 62, count: 16_000)
      await connection.send(
        HTTP2Frame(.headers, stream: 1, block),
        HTTP2Frame(.continuation, stream: 1, bomb),
        HTTP2Frame(.continuation, flags: HTTP2Frame.endHeaders, stream: 1, bomb)
      )
      let response = try await connection.response(stream: 1)
      #expect(response.status == .resourceExhausted || response.isConnectionClosed)
    }
  }

  // MARK: Slowness

  @Test("buffers partial messages only up to its budget")
  func partialMessages() async throws {
    try await withVictim(configure: { $0.limits.maximumBufferedBytes = 8 << 20 }) { path in
      let connection = try await RawHTTP2Connection.client(to: path)
      // 64 calls, each with a message of 1 MiB whose last byte never arrives.
      let part = grpcMessage([UInt8](repeating: 1, count: 1 << 20)).dropLast()
      var refused = 0
      for call in 0..<64 {
        let stream = UInt32(2 * call + 1)
        await connection.send(.headers(stream, RawHTTP2Connection.requestFields))
        var rest = part
        var isRefused = false
        while !rest.isEmpty, !isRefused {
          // Sends a window's worth, then waits for a window update or a rejection.
          let window = rest.prefix(250_000)
          rest = rest.dropFirst(window.count)
          await connection.send(HTTP2Frame.dataFrames(stream, Array(window), endStream: false))
          await connection.send(.ping())
          while let frame = try await connection.frame(), !(frame.isA(.ping) && frame.acknowledges) {
            guard frame.stream == stream, frame.isA(.headers) else { continue }
            let fields = try HPACK.decode(frame.payload)
            #expect(fields.contains { $0 == ("grpc-status", "8") })
            isRefused = true
          }
        }
        refused += isRefused ? 1 : 0
      }
      #expect(refused == 56)
    }
  }

  @Test("buffers decompressed messages for a slow handler only up to its budget")
  func compressedStream() async throws {
    let handler = MethodHandler.clientStreaming { requests, _ in
      try await Task.sleep(for: .seconds(60))
      for try await _ in requests {}
      return []
    }
    try await withVictim(handler, configure: { $0.limits.maximumBufferedBytes = 16 << 20 }) { path in
      let bomb = grpcMessage(GzipCodec().compress([UInt8](repeating: 0, count: 4 << 20)), flag: 1)
      let connection = try await RawHTTP2Connection.client(to: path)
      await connection.send(.headers(1, Self.victimFields + [("grpc-encoding", "gzip")]))
      // Fits in the stream's window, but exceeds the process's memory when decompressed.
      let count = 200_000 / bomb.count
      #expect(count > 8)
      for _ in 0..<count { await connection.send(HTTP2Frame.dataFrames(1, bomb, endStream: false)) }
      expect(.resourceExhausted, try await connection.response(stream: 1))
    }
  }

  @Test("buffers responses only up to its budget for a caller with a thousand calls that does not read")
  func unreadAnswersOfCalls() async throws {
    let large = [UInt8](repeating: 1, count: 1 << 20)
    let handler = MethodHandler.unary { _, _ in large }
    try await withVictim(handler, configure: { $0.limits.maximumUnsentBytes = 16 << 20 }) { path in
      let connection = try await RawHTTP2Connection.client(to: path, window: 0)
      for call in 0..<1000 {
        let stream = UInt32(2 * call + 1)
        await connection.send(.headers(stream, Self.victimFields), .data(stream, grpcMessage([1]), endStream: true))
      }
      // Calls over the budget end with a status, which needs no window.
      var exhausted = 0
      while exhausted < 980, let frame = try await connection.frame() {
        guard frame.isA(.headers), frame.endsStream else { continue }
        if try HPACK.decode(frame.payload).contains(where: { $0 == ("grpc-status", "8") }) { exhausted += 1 }
      }
      #expect(exhausted == 980)
    }
  }

  @Test("suspends a writer while its caller does not read, and resumes it afterwards")
  func slowReader() async throws {
    let writes = Counter()
    let handler = MethodHandler.serverStreaming { _, responses, _ in
      for _ in 0..<2000 {
        try await responses.write([UInt8](repeating: 1, count: 10_000))
        writes.add()
      }
    }
    try await withVictim(handler) { path in
      let connection = try await RawHTTP2Connection.client(to: path)
      await connection.send(.headers(1, Self.victimFields), .data(1, grpcMessage([]), endStream: true))
      // Other calls on the server keep working while this one is stalled (the witness); its writer must not continue.
      try await Task.sleep(for: .milliseconds(300))
      // 64 KiB at the gate, a batch of 256 KiB, and the contents of two socket buffers.
      #expect(writes.value < 200)
      let response = try await connection.response(stream: 1)
      #expect(response.status == .ok)
      #expect(response.data.count == 2000 * 10_005)
    }
    #expect(writes.value == 2000)
  }

  @Test("cancels the calls of a caller that disconnects inside a message")
  func halfClose() async throws {
    let (cancellations, cancelled) = AsyncStream<Void>.makeStream()
    let handler = MethodHandler.clientStreaming { requests, _ in
      do { for try await _ in requests {} } catch { cancelled.yield() }
      return []
    }
    try await withVictim(handler) { path in
      let connection = try await RawHTTP2Connection.client(to: path)
      let start = Array(grpcMessage([1, 2, 3]).dropLast())
      await connection.send(.headers(1, Self.victimFields), .data(1, start))
      connection.finishSending()
      for await _ in cancellations { break }
      try await connection.framesUntilClose()
    }
  }

  @Test("finishes the calls of a caller that sends GOAWAY, then closes")
  func goAwayFromClient() async throws {
    try await withVictim { path in
      let connection = try await RawHTTP2Connection.client(to: path)
      await connection.send(.headers(1, RawHTTP2Connection.requestFields))
      await connection.send(.goAway(lastStream: 0))
      await connection.send(.data(1, grpcMessage([5]), endStream: true))
      expect(data: grpcMessage([5]), try await connection.response(stream: 1))
      try await connection.framesUntilClose()
    }
  }
}
