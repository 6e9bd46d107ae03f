import Synchronization
import Testing

@testable import UnixGRPC

@Suite("A call")
struct CallTests {
  private let echo = MethodDefinition("Unary", .unary { request, _ in request })

  @Test("returns the handler's response")
  func unary() async throws {
    try await withServer([echo]) { path, _ in
      let client = GRPCClient(socketPath: path)
      for length in [0, 1, 100, 70_000, 3_000_000] {
        let request = [UInt8](repeating: 7, count: length)
        let response = try await client.unary(.echo("Unary"), request)
        #expect(response.message == request)
      }
      await client.close()
    }
  }

  @Test("to an unknown method is UNIMPLEMENTED and names what is missing")
  func unimplemented() async throws {
    try await withServer([echo]) { path, _ in
      let client = GRPCClient(socketPath: path)
      await #expect(throws: GRPCStatus(code: .unimplemented, message: "service test.Echo has no method Nope")) {
        try await client.unary(.echo("Nope"), [])
      }
      await #expect(throws: GRPCStatus(code: .unimplemented, message: "unknown service test.Other")) {
        try await client.unary(MethodName(service: "test.Other", method: "Nope"), [])
      }
      await client.close()
    }
  }

  @Test("to a handler that sleeps past the deadline ends with DEADLINE_EXCEEDED, and cancels the handler")
  func deadline() async throws {
    let (cancellations, cancelled) = AsyncStream<Void>.makeStream()
    let starts = Mutex(0)
    let sleeper = MethodDefinition(
      "Sleep",
      .unary { request, _ in
        starts.withLock { $0 += 1 }
        do { try await Task.sleep(for: .seconds(600)) } catch { cancelled.yield() }
        return request
      }
    )
    try await withServer([sleeper]) { path, _ in
      let client = GRPCClient(socketPath: path)
      var timeout = Duration.milliseconds(20)
      // On a busy machine the deadline may pass before the handler starts; retry with more time.
      repeat {
        let failure = await #expect(throws: GRPCStatus.self) {
          try await client.unary(.echo("Sleep"), [], options: CallOptions(timeout: timeout))
        }
        #expect(failure?.code == .deadlineExceeded)
        timeout *= 2
      } while starts.withLock { $0 } == 0
      for await _ in cancellations { break }
      await client.close()
    }
  }

  @Test("streams in both directions far beyond the flow-control windows")
  func bidirectional() async throws {
    let stream = MethodDefinition(
      "Bidi",
      .bidirectionalStreaming { requests, responses, _ in
        for try await request in requests { try await responses.write(request) }
      }
    )
    try await withServer([stream]) { path, _ in
      let client = GRPCClient(socketPath: path)
      let call = try await client.startCall(.echo("Bidi"), options: CallOptions(timeout: nil))
      async let received: Int = {
        var total = 0
        for try await message in call.responses { total += message.count }
        return total
      }()
      for _ in 0..<200 { try await call.send([UInt8](repeating: 1, count: 50_000)) }
      call.finishSending()
      let total = try await received
      #expect(total == 10_000_000)
      await client.close()
    }
  }
}
