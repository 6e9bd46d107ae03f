import Testing

@testable import UnixGRPC

/// Every call ends with a status: the handler's, or one that the server sends instead. No caller is left waiting.
@Suite("A server's response")
struct ServerWireStatusTests {
  private func withHandler(
    _ handler: MethodHandler,
    _ body: (GRPCClient, String) async throws -> Void
  ) async throws {
    try await withServer([MethodDefinition("Unary", handler)]) { path, _ in
      let client = GRPCClient(socketPath: path)
      try await body(client, path)
      await client.close()
    }
  }

  @Test("with a status message of a megabyte arrives truncated", arguments: ["x", "é", "漢", "\n"])
  func longMessage(piece: String) async throws {
    let message = String(repeating: piece, count: 1_000_000 / piece.utf8.count)
    try await withHandler(.unary { _, _ in throw GRPCStatus(code: .failedPrecondition, message: message) }) {
      client,
      _ in
      let status = await #expect(throws: GRPCStatus.self) { try await client.unary(.echo("Unary"), []) }
      #expect(status?.code == .failedPrecondition)
      #expect(status.map { message.hasPrefix($0.message.dropLast()) } == true)
      #expect(status?.message.last == "…")
    }
  }

  @Test("with details that are too large for a header arrives without them")
  func largeDetails() async throws {
    let details = [StatusDetail.any(typeURL: "x", value: [UInt8](repeating: 1, count: 100_000))]
    let thrown = GRPCStatus(code: .aborted, message: "m", details: details)
    try await withHandler(.unary { _, _ in throw thrown }) { client, _ in
      await #expect(throws: GRPCStatus(code: .aborted, message: "m")) { try await client.unary(.echo("Unary"), []) }
    }
  }

  @Test("with metadata that cannot be sent is INTERNAL", arguments: [true, false])
  func unsendableMetadata(isInitial: Bool) async throws {
    let large = String(repeating: "x", count: 100_000)
    let bad = [("x-large", large), ("no spaces", "1"), ("grpc-status", "0"), ("x-text", "ü")]
    for (key, value) in bad {
      let handler = MethodHandler.unary { request, context in
        if isInitial { context.addInitialMetadata(key, value) } else { context.addTrailingMetadata(key, value) }
        return request
      }
      try await withHandler(handler) { client, _ in
        let status = await #expect(throws: GRPCStatus.self) { try await client.unary(.echo("Unary"), []) }
        #expect(status?.code == .internal, "\(key)")
      }
    }
  }

  @Test("for a handler that throws an unknown error is UNKNOWN, without the error's text")
  func privateError() async throws {
    struct Secret: Error { let key = "hunter2" }
    try await withHandler(.unary { _, _ in throw Secret() }) { client, _ in
      let status = await #expect(throws: GRPCStatus.self) { try await client.unary(.echo("Unary"), []) }
      #expect(status?.code == .unknown)
      #expect(status?.message.contains("hunter2") == false)
    }
  }

  @Test("for request metadata that is too large for HTTP/2 is an immediate error without a retry")
  func largeRequestMetadata() async throws {
    try await withHandler(.unary { request, _ in request }) { client, _ in
      let options = CallOptions(metadata: ["x-large": .text(String(repeating: "x", count: 100_000))])
      let status = await #expect(throws: GRPCStatus.self) {
        try await client.unary(.echo("Unary"), [], options: options)
      }
      #expect(status?.code == .invalidArgument)
    }
  }

  @Test("is a single Trailers-Only frame when the call is rejected")
  func trailersOnly() async throws {
    try await withHandler(.unary { _, _ in throw GRPCStatus(code: .notFound, message: "no such thing") }) { _, path in
      let response = try await RawHTTP2Connection.client(to: path).call()
      #expect(response.headers[":status"] == "200")
      #expect(response.headers["grpc-status"] == "5")
      #expect(response.trailers.isEmpty)
      #expect(response.data.isEmpty)
    }
  }

  @Test("for a deadline that passes while messages are unread is never OK")
  func deadlineBehindUnreadMessages() async throws {
    // The caller's window fits the first message only; the others and the OK wait behind it.
    let handler = MethodHandler.serverStreaming { _, responses, _ in
      for _ in 0..<3 { try await responses.write([UInt8](repeating: 1, count: 95)) }
    }
    try await withHandler(handler) { _, path in
      let connection = try await RawHTTP2Connection.client(to: path, window: 100)
      await connection.send(
        .headers(1, RawHTTP2Connection.requestFields + [("grpc-timeout", "100m")]),
        .data(1, grpcMessage([]), endStream: true)
      )
      // The reset arrives although the caller has not read; an OK would arrive after it opens its window.
      let first = try await connection.frame { $0.isA(.data) || $0.isA(.resetStream) }
      #expect(first?.isA(.data) == true)
      let end = try await connection.frame { $0.stream == 1 }
      #expect(end?.isA(.resetStream) == true)
      await connection.send(.windowUpdate(1, 1000), .ping())
      let after = try await connection.frame { $0.stream == 1 || $0.isA(.ping) && $0.acknowledges }
      #expect(after?.isA(.ping) == true)
    }
  }
}
