import Foundation
import Testing

@testable import UnixGRPC

@Suite("A gRPC server")
struct ServerPolicyTests {
  private let echo = MethodDefinition("Unary", .unary { request, _ in request })

  @Test("serves a thousand idle connections with little memory each")
  func idleConnections() async throws {
    try await withServer([echo]) { path, _ in
      try await withWitness(to: path) {
        let before = residentBytes()
        var connections: [RawHTTP2Connection] = []
        for _ in 0..<1000 { connections.append(try await RawHTTP2Connection.client(to: path)) }
        // Each connection is established and has received the server's SETTINGS.
        for connection in connections {
          let frame = try await connection.frame()
          #expect(frame?.isA(.settings) == true)
        }
        #expect(residentBytes() - before < 256 << 20)
      }
    }
  }

  @Test("closes a connection over its user's limit, and accepts another when one has closed")
  func connectionsPerUser() async throws {
    try await withServer([echo], configure: { $0.userLimits.connections = 2 }) { path, _ in
      let first = try await RawHTTP2Connection.client(to: path)
      expect(.ok, try await first.call())
      let second = try await RawHTTP2Connection.client(to: path)
      expect(.ok, try await second.call())
      try await RawHTTP2Connection.client(to: path).framesUntilClose()
      second.closeBothWays()
      try await second.framesUntilClose()
      // The server detects the close asynchronously.
      var status: GRPCStatus.Code?
      while status != .ok { status = try await RawHTTP2Connection.client(to: path).call().status }
      expect(.ok, try await first.call(stream: 3))
    }
  }

  @Test("reports the outcome of every call to the observer")
  func observer() async throws {
    let (summaries, summary) = AsyncStream<CallSummary>.makeStream()
    let failing = MethodDefinition("Fail", .unary { _, _ in throw GRPCStatus(code: .notFound, message: "") })
    let (starts, started) = AsyncStream<Void>.makeStream()
    let stuck = MethodDefinition(
      "Stuck",
      .unary { _, _ in
        started.yield()
        try await Task.sleep(for: .seconds(600))
        return []
      }
    )
    try await withServer([echo, failing, stuck], configure: { $0.callObserver = { summary.yield($0) } }) { path, _ in
      let client = GRPCClient(socketPath: path)
      var seen = summaries.makeAsyncIterator()
      for (method, code) in [("Unary", GRPCStatus.Code.ok), ("Fail", .notFound), ("Nothing", .unimplemented)] {
        _ = try? await client.unary(.echo(method), [])
        let summary = await seen.next()
        #expect(summary?.path == "/test.Echo/\(method)")
        #expect(summary?.code == code)
        #expect(summary?.peer.processID == getpid())
      }
      let call = Task { try await client.unary(.echo("Stuck"), []) }
      for await _ in starts { break }
      call.cancel()
      let cancelled = await seen.next()
      #expect(cancelled?.code == .cancelled)
      await client.close()
    }
  }

  @Test("gives the handler the caller's credentials and deadline")
  func context() async throws {
    let (contexts, context) = AsyncStream<ServerContext>.makeStream()
    let method = MethodDefinition(
      "Unary",
      .unary { request, seen in
        context.yield(seen)
        return request
      }
    )
    try await withServer([method]) { path, _ in
      let client = GRPCClient(socketPath: path)
      var seen = contexts.makeAsyncIterator()
      let before = ContinuousClock.now
      _ = try await client.unary(.echo("Unary"), [], options: CallOptions(timeout: .seconds(100)))
      let limited = try #require(await seen.next())
      let deadline = try #require(limited.deadline)
      #expect(deadline > before.advanced(by: .seconds(90)))
      #expect(deadline < ContinuousClock.now.advanced(by: .seconds(100)))
      #expect(limited.peer.userID == getuid())
      #expect(limited.peer.processID == getpid())
      #expect(limited.method == .echo("Unary"))
      #expect(limited.caller == nil)
      _ = try await client.unary(.echo("Unary"), [], options: CallOptions(timeout: nil))
      let unlimited = try #require(await seen.next())
      #expect(unlimited.deadline == nil)
      await client.close()
    }
  }

  @Test("accepts a deferred reply from any thread, uses the first only, and turns a dropped one into INTERNAL")
  func deferredReplies() async throws {
    let handler = MethodHandler.deferredUnary { request, _, reply in
      switch request.first {
      case 0:
        Thread.detachNewThread {
          reply.succeed([1])
          reply.succeed([2])
          reply.fail(GRPCStatus(code: .aborted, message: ""))
        }
      case 1: reply.fail(GRPCStatus(code: .aborted, message: "at once"))
      default: break
      }
    }
    try await withServer([MethodDefinition("Unary", handler)]) { path, _ in
      let client = GRPCClient(socketPath: path)
      for _ in 0..<100 {
        let answer = try await client.unary(.echo("Unary"), [0])
        #expect(answer.message == [1])
      }
      await #expect(throws: GRPCStatus(code: .aborted, message: "at once")) {
        try await client.unary(.echo("Unary"), [1])
      }
      let dropped = await #expect(throws: GRPCStatus.self) { try await client.unary(.echo("Unary"), [2]) }
      #expect(dropped?.code == .internal)
      await client.close()
    }
  }
}
