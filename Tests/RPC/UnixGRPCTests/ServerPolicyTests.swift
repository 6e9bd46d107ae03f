import Foundation
import Testing

@testable import UnixGRPC

@Suite("A server's rules for connections and calls")
struct ServerPolicyTests {
  private let echo = MethodDefinition("Unary", .unary { request, _ in request })

  @Test("carry a thousand idle connections, for little memory each")
  func idleConnections() async throws {
    try await withServer([echo]) { path, _ in
      try await withWitness(to: path) {
        let before = residentBytes()
        var connections: [RawHTTP2Connection] = []
        for _ in 0..<1000 { connections.append(try await RawHTTP2Connection.client(to: path)) }
        // Each is there, and has been greeted.
        for connection in connections {
          let frame = try await connection.frame()
          #expect(frame?.isA(.settings) == true)
        }
        #expect(residentBytes() - before < 256 << 20)
      }
    }
  }

  @Test("close the connection of a user that has too many, and take one again when another has gone")
  func connectionsPerUser() async throws {
    try await withServer([echo], configure: { $0.maximumConnectionsPerUser = 2 }) { path, _ in
      let first = try await RawHTTP2Connection.client(to: path)
      expect(.ok, try await first.call())
      let second = try await RawHTTP2Connection.client(to: path)
      expect(.ok, try await second.call())
      try await RawHTTP2Connection.client(to: path).framesUntilClose()
      second.closeBothWays()
      try await second.framesUntilClose()
      // The server hears of the close in its own time.
      var status: GRPCStatus.Code?
      while status != .ok { status = try await RawHTTP2Connection.client(to: path).call().status }
      expect(.ok, try await first.call(stream: 3))
    }
  }

  @Test("tell the observer of every call how it ended")
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

  @Test("tell the handler who calls and until when")
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

  @Test("let a deferred reply come from any thread, count the first only, and turn a dropped one into INTERNAL")
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
