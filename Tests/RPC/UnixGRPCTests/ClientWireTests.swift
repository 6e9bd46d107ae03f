import Foundation
import Testing

@testable import UnixGRPC

/// Servers that violate the protocol: each call ends exactly once, with a status that describes the violation.
@Suite("A client, on invalid responses,")
struct ClientWireTests {
  /// Makes one unary call to a server that runs `script`, and returns its result.
  private func outcome(
    options: CallOptions = CallOptions(),
    of script: @escaping @Sendable (RawHTTP2Connection, UInt32) async throws -> Void
  ) async throws -> Result<UnaryResponse, GRPCStatus> {
    let server = try ScriptedServer()
    let client = GRPCClient(socketPath: server.path)
    async let playing: RawHTTP2Connection = {
      let connection = try await server.accept()
      if let stream = try await connection.nextCall() { try await script(connection, stream) }
      return connection
    }()
    let result: Result<UnaryResponse, GRPCStatus>
    do { result = .success(try await client.unary(.echo("Unary"), [1], options: options)) } catch {
      result = .failure(try #require(error as? GRPCStatus))
    }
    try await playing.closeBothWays()
    await client.close()
    return result
  }

  private func code(
    options: CallOptions = CallOptions(),
    of script: @escaping @Sendable (RawHTTP2Connection, UInt32) async throws -> Void
  ) async throws -> GRPCStatus.Code {
    switch try await outcome(options: options, of: script) {
    case .success: .ok
    case .failure(let status): status.code
    }
  }

  @Test("accepts a valid script, which shows that the others fail for their faults")
  func sound() async throws {
    let outcome = try await outcome { connection, stream in await connection.answer(stream, [9]) }
    #expect(try outcome.get().message == [9])
  }

  @Test("ignores interim responses")
  func interim() async throws {
    let outcome = try await outcome { connection, stream in
      await connection.send(.headers(stream, [(":status", "103"), ("grpc-status", "13")]))
      await connection.answer(stream, [9])
    }
    #expect(try outcome.get().message == [9])
  }

  @Test(
    "throws UNAVAILABLE for a server that does not speak HTTP/2",
    arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", "\0", ""]
  )
  func notHTTP2(text: String) async throws {
    let server = try ScriptedServer()
    let client = GRPCClient(socketPath: server.path)
    async let playing: Void = {
      let connection = try await server.acceptRaw()
      await connection.send(Array(text.utf8) + [UInt8](repeating: 0xFF, count: 64))
      connection.finishSending()
      try await connection.framesUntilClose()
    }()
    let status = await #expect(throws: GRPCStatus.self) { try await client.unary(.echo("Unary"), []) }
    #expect(status?.code == .unavailable)
    try await playing
    await client.close()
  }

  @Test("maps the codes of RST_STREAM to statuses")
  func resets() async throws {
    let codes: [(UInt32, GRPCStatus.Code)] = [
      (0, .internal), (1, .internal), (2, .internal), (8, .cancelled), (11, .resourceExhausted),
      (12, .permissionDenied), (99, .internal),
    ]
    for (number, expected) in codes {
      let code = try await code { connection, stream in await connection.send(.reset(stream, number)) }
      #expect(code == expected, "\(number)")
    }
  }

  @Test("maps HTTP error responses to statuses")
  func httpPages() async throws {
    let codes: [(String, GRPCStatus.Code)] = [
      ("400", .internal), ("401", .unauthenticated), ("403", .permissionDenied), ("404", .unimplemented),
      ("429", .unavailable), ("500", .unknown), ("502", .unavailable), ("503", .unavailable), ("504", .unavailable),
    ]
    for (number, expected) in codes {
      let code = try await code { connection, stream in
        await connection.send(
          .headers(stream, [(":status", number), ("content-type", "text/html")]),
          .data(stream, Array("<html>".utf8), endStream: true)
        )
      }
      #expect(code == expected, "\(number)")
    }
  }

  @Test("rejects a response with HTTP status 200 that is not gRPC")
  func wrongContentType() async throws {
    for type in ["text/html", "application/grpc-web", ""] {
      let code = try await code { connection, stream in
        await connection.send(.headers(stream, [(":status", "200"), ("content-type", type)]))
        await connection.send(.data(stream, grpcMessage([1])))
        await connection.send(.headers(stream, [("grpc-status", "0")], endStream: true))
      }
      #expect(code == .unknown, "\(type)")
    }
  }

  @Test("fails a call that ends without a status")
  func noStatus() async throws {
    let headers = RawHTTP2Connection.responseFields
    let onlyHeaders = try await code { connection, stream in
      await connection.send(.headers(stream, headers, endStream: true))
    }
    #expect(onlyHeaders == .unknown)
    let emptyTrailers = try await code { connection, stream in
      await connection.send(.headers(stream, headers), .headers(stream, [("x", "y")], endStream: true))
    }
    #expect(emptyTrailers == .unknown)
    let dataAtEnd = try await code { connection, stream in
      await connection.send(.headers(stream, headers), .data(stream, grpcMessage([1]), endStream: true))
    }
    #expect(dataAtEnd == .internal)
  }

  @Test("preserves an unknown code, and maps a non-numeric one to UNKNOWN")
  func oddStatuses() async throws {
    for (value, expected) in [("99", 99), ("x", 2), ("", 2), ("-1", 2)] {
      let code = try await code { connection, stream in
        let fields = RawHTTP2Connection.responseFields + [("grpc-status", value)]
        await connection.send(.headers(stream, fields, endStream: true))
      }
      #expect(code.rawValue == expected, "\(value)")
    }
  }

  @Test("tolerates a duplicate status, and data after the end")
  func afterTheEnd() async throws {
    let twice = try await code { connection, stream in
      await connection.send(.headers(stream, RawHTTP2Connection.responseFields), .data(stream, grpcMessage([1])))
      await connection.send(.headers(stream, [("grpc-status", "0"), ("grpc-status", "5")], endStream: true))
    }
    #expect(twice == .notFound)
    let late = try await outcome { connection, stream in
      await connection.answer(stream, [9])
      await connection.send(.data(stream, grpcMessage([8]), endStream: true))
      await connection.send(.headers(stream, [("grpc-status", "13")], endStream: true))
    }
    #expect(try late.get().message == [9])
  }

  @Test("returns a response although garbage follows it in the same bytes")
  func answerThenGarbage() async throws {
    let outcome = try await outcome { connection, stream in
      let answer = [
        HTTP2Frame.headers(stream, RawHTTP2Connection.responseFields), .data(stream, grpcMessage([9])),
        .headers(stream, [("grpc-status", "0")], endStream: true),
      ]
      await connection.send(answer.flatMap(\.bytes) + [UInt8](repeating: 0xFF, count: 64))
    }
    #expect(try outcome.get().message == [9])
  }

  @Test("rejects headers and messages over its limits, and gzip bombs, with RESOURCE_EXHAUSTED")
  func oversize() async throws {
    let large = ("x-large", String(repeating: "x", count: 17_000))
    let headers = try await code { connection, stream in
      await connection.send(HTTP2Frame.headerBlock(stream, HPACK.encode(RawHTTP2Connection.responseFields + [large])))
    }
    #expect(headers == .resourceExhausted)
    let message = try await code { connection, stream in
      await connection.send(.headers(stream, RawHTTP2Connection.responseFields))
      await connection.send(.data(stream, grpcMessage([], claiming: .max)))
    }
    #expect(message == .resourceExhausted)
    let bomb = grpcMessage(GzipCodec().compress([UInt8](repeating: 0, count: 40 << 20)), flag: 1)
    let gzip = try await code { connection, stream in
      await connection.send(.headers(stream, RawHTTP2Connection.responseFields + [("grpc-encoding", "gzip")]))
      await connection.send(HTTP2Frame.dataFrames(stream, bomb, endStream: false))
    }
    #expect(gzip == .resourceExhausted)
  }

  @Test("rejects responses that are not exactly one message with INTERNAL")
  func cardinality() async throws {
    let bodies = [
      grpcMessage([1]) + grpcMessage([2]), [], [0, 0], grpcMessage([1], claiming: 2), grpcMessage([1], flag: 1),
    ]
    for body in bodies {
      let code = try await code { connection, stream in
        await connection.send(.headers(stream, RawHTTP2Connection.responseFields), .data(stream, body))
        await connection.send(.headers(stream, [("grpc-status", "0")], endStream: true))
      }
      #expect(code == .internal, "\(body)")
    }
    let encoding = try await code { connection, stream in
      await connection.send(.headers(stream, RawHTTP2Connection.responseFields + [("grpc-encoding", "br")]))
    }
    #expect(encoding == .internal)
  }

  @Test("throws UNAVAILABLE when the connection closes during a call")
  func closedInMidCall() async throws {
    let early = try await code { connection, _ in connection.closeBothWays() }
    #expect(early == .unavailable)
    let late = try await code { connection, stream in
      await connection.send(.headers(stream, RawHTTP2Connection.responseFields), .data(stream, [0, 0]))
      connection.closeBothWays()
    }
    #expect(late == .unavailable)
  }

  @Test("cancels the call on the server at its deadline")
  func deadline() async throws {
    let server = try ScriptedServer()
    let client = GRPCClient(socketPath: server.path)
    async let first = client.unary(.echo("Unary"), [])
    let connection = try await server.accept()
    await connection.answer(try #require(try await connection.nextCall()), [])
    _ = try await first
    let options = CallOptions(timeout: .milliseconds(200))
    let status = await #expect(throws: GRPCStatus.self) { try await client.unary(.echo("Unary"), [], options: options) }
    #expect(status?.code == .deadlineExceeded)
    await client.close()
    let call = try #require(try await connection.nextCall())
    let reset = try await connection.frame { $0.isA(.resetStream) && $0.stream == call }
    #expect(reset?.errorCode == HTTP2ErrorCode.cancel.rawValue)
  }

  @Test("cancels the call on the server when the caller's task is cancelled")
  func cancellation() async throws {
    let server = try ScriptedServer()
    let client = GRPCClient(socketPath: server.path)
    let task = Task { try await client.unary(.echo("Unary"), [1], options: CallOptions(timeout: nil)) }
    let connection = try await server.accept()
    let stream = try await connection.nextCall()
    task.cancel()
    let reset = try await connection.frame { $0.isA(.resetStream) && $0.stream == stream }
    #expect(reset?.errorCode == HTTP2ErrorCode.cancel.rawValue)
    await #expect(throws: GRPCStatus.cancelledByCaller) { try await task.value }
    await client.close()
  }

  // MARK: Calls that the server has provably not processed

  @Test("retries a refused call transparently")
  func refusedTwice() async throws {
    let outcome = try await outcome { connection, stream in
      await connection.send(.reset(stream, HTTP2ErrorCode.refusedStream.rawValue))
      let second = try #require(try await connection.nextCall())
      await connection.send(.reset(second, HTTP2ErrorCode.refusedStream.rawValue))
      let third = try #require(try await connection.nextCall())
      await connection.answer(third, [9])
    }
    #expect(try outcome.get().message == [9])
  }

  @Test("retries a refused call at most three times")
  func refusedAlways() async throws {
    let code = try await code { connection, stream in
      var (stream, count) = (stream, 1)
      while true {
        await connection.send(.reset(stream, HTTP2ErrorCode.refusedStream.rawValue))
        if count == 4 { return }
        stream = try #require(try await connection.nextCall())
        count += 1
      }
    }
    #expect(code == .unavailable)
  }

  @Test("does not retry a call whose response had begun")
  func refusedLate() async throws {
    let code = try await code { connection, stream in
      await connection.send(.headers(stream, RawHTTP2Connection.responseFields))
      await connection.send(.reset(stream, HTTP2ErrorCode.refusedStream.rawValue))
    }
    #expect(code == .unavailable)
  }

  @Test("retries calls above the last stream of a GOAWAY on a new connection, and lets those below it end")
  func goAway() async throws {
    let server = try ScriptedServer()
    let client = GRPCClient(socketPath: server.path)
    async let first = client.unary(.echo("Unary"), [1])
    let old = try await server.accept()
    let seen = try #require(try await old.nextCall())
    async let second = client.unary(.echo("Unary"), [2])
    _ = try await old.nextCall()
    await old.send(.goAway(lastStream: seen))
    let new = try await server.accept()
    let again = try #require(try await new.nextCall())
    await new.answer(again, [20])
    await old.answer(seen, [10])
    let messages = try await [first.message, second.message]
    #expect(messages == [[10], [20]])
    // The old connection has nothing left to do.
    try await old.framesUntilClose()
    await client.close()
  }

  @Test("queues calls over the server's limit")
  func concurrencyLimit() async throws {
    let server = try ScriptedServer()
    let client = GRPCClient(socketPath: server.path)
    async let first = client.unary(.echo("Unary"), [1])
    let connection = try await server.accept(settings: [(id: 3, value: 1)])
    let one = try #require(try await connection.nextCall())
    async let second = client.unary(.echo("Unary"), [2])
    await connection.send(.ping())
    let next = try await connection.frame { $0.isA(.headers) || $0.isA(.ping) }
    #expect(next?.isA(.ping) == true)
    await connection.answer(one, [10])
    let two = try #require(try await connection.nextCall())
    await connection.answer(two, [20])
    let messages = try await [first.message, second.message]
    #expect(messages == [[10], [20]])
    await client.close()
  }

  // MARK: No server

  @Test("throws UNAVAILABLE with the path when there is no server")
  func noServer() async throws {
    let directory = try TemporaryDirectory()
    let stale = try RawUnixSocket(boundTo: directory("stale"))
    for path in [directory("none"), directory("stale")] {
      let client = GRPCClient(socketPath: path)
      let status = await #expect(throws: GRPCStatus.self) { try await client.unary(.echo("Unary"), []) }
      #expect(status?.code == .unavailable)
      #expect(status?.message.contains(path) == true)
      await client.close()
    }
    _ = stale
  }

  @Test("waits for a server if asked to, until one is ready, the deadline passes or the task is cancelled")
  func waitsForReady() async throws {
    let directory = try TemporaryDirectory()
    let client = GRPCClient(socketPath: directory("s"))
    let late = await #expect(throws: GRPCStatus.self) {
      let options = CallOptions(timeout: .milliseconds(50), waitsForReady: true)
      return try await client.unary(.echo("Unary"), [], options: options)
    }
    #expect(late?.code == .deadlineExceeded)
    let cancelled = Task {
      try await client.unary(.echo("Unary"), [], options: CallOptions(timeout: nil, waitsForReady: true))
    }
    cancelled.cancel()
    await #expect(throws: GRPCStatus.cancelledByCaller) { try await cancelled.value }

    async let answer = client.unary(.echo("Unary"), [3], options: CallOptions(timeout: nil, waitsForReady: true))
    let listener = try RawHTTP2Listener(path: directory("s"))
    // A server that stops before it sends SETTINGS has processed no call, so the caller keeps waiting.
    let going = try await listener.accept()
    try await going.skip(byteCount: HTTP2Frame.preface.count)
    going.closeBothWays()
    let connection = try await listener.accept()
    try await connection.skip(byteCount: HTTP2Frame.preface.count)
    await connection.send(.settings(), .settingsAcknowledgement)
    await connection.answer(try #require(try await connection.nextCall()), [9])
    let message = try await answer.message
    #expect(message == [9])
    await client.close()
  }

  @Test("reconnects to a server that was restarted between calls")
  func restart() async throws {
    let directory = try TemporaryDirectory()
    let client = GRPCClient(socketPath: directory("s"))
    for generation: UInt8 in 1...3 {
      let listener = try RawHTTP2Listener(path: directory("s"))
      async let serving: RawHTTP2Connection = {
        let connection = try await listener.accept()
        try await connection.skip(byteCount: HTTP2Frame.preface.count)
        await connection.send(.settings(), .settingsAcknowledgement)
        await connection.answer(try #require(try await connection.nextCall()), [generation])
        return connection
      }()
      // A call in flight when the old server stopped is lost; no later one is.
      var answer: UnaryResponse?
      while answer == nil {
        do { answer = try await client.unary(.echo("Unary"), [], options: CallOptions(waitsForReady: true)) } catch {
          #expect((error as? GRPCStatus)?.code == .unavailable)
        }
      }
      #expect(answer?.message == [generation])
      try FileManager.default.removeItem(atPath: directory("s"))
      try await serving.closeBothWays()
    }
    await client.close()
  }
}
