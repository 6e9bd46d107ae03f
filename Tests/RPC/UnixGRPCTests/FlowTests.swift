import Foundation
import Testing

@testable import UnixGRPC

@Suite("Streams")
struct FlowTests {
  @Test("suspend a client's sender while the handler does not read, and resume it afterwards")
  func slowHandler() async throws {
    let (releases, release) = AsyncStream<Void>.makeStream()
    let sent = Counter()
    let handler = MethodHandler.clientStreaming { requests, _ in
      for await _ in releases { break }
      var count = 0
      for try await request in requests { count += request.count }
      return Array("\(count)".utf8)
    }
    try await withServer([MethodDefinition("Collect", handler)]) { path, _ in
      let client = GRPCClient(socketPath: path)
      let call = try await client.startCall(.echo("Collect"), options: CallOptions(timeout: nil))
      async let sending: Void = {
        for _ in 0..<5000 {
          try await call.send([UInt8](repeating: 1, count: 10_000))
          sent.add()
        }
        call.finishSending()
      }()
      // The sender is stalled if it makes no progress during a number of other calls.
      var last = -1
      while last != sent.value || last == 0 {
        last = sent.value
        for _ in 0..<200 { _ = try? await client.unary(.echo("Nothing"), []) }
      }
      // A stream window of 256 KiB, 64 KiB at the gate, and one message in transit on either side.
      #expect(last < 60)
      release.yield()
      try await sending
      var total = ""
      for try await response in call.responses { total = String(decoding: response, as: UTF8.self) }
      #expect(total == "50000000")
      await client.close()
    }
  }

  @Test("suspend a handler's writer while the client does not read, and resume it afterwards")
  func slowClient() async throws {
    let written = Counter()
    let handler = MethodHandler.serverStreaming { _, responses, _ in
      for _ in 0..<5000 {
        try await responses.write([UInt8](repeating: 1, count: 10_000))
        written.add()
      }
    }
    try await withServer([MethodDefinition("Emit", handler)]) { path, _ in
      let client = GRPCClient(socketPath: path)
      let call = try await client.startCall(.echo("Emit"), options: CallOptions(timeout: nil))
      try await call.send([])
      call.finishSending()
      var last = -1
      while last != written.value || last == 0 {
        last = written.value
        for _ in 0..<200 { _ = try? await client.unary(.echo("Nothing"), []) }
      }
      #expect(last < 60)
      var count = 0
      for try await response in call.responses { count += response.count }
      #expect(count == 50_000_000)
      await client.close()
    }
  }

  @Test("end on both sides when a task waiting to send is cancelled")
  func cancelledSender() async throws {
    let (cancellations, cancelled) = AsyncStream<Void>.makeStream()
    let handler = MethodHandler.clientStreaming { _, _ in
      do { try await Task.sleep(for: .seconds(600)) } catch { cancelled.yield() }
      return []
    }
    try await withServer([MethodDefinition("Collect", handler)]) { path, _ in
      let client = GRPCClient(socketPath: path)
      let call = try await client.startCall(.echo("Collect"), options: CallOptions(timeout: nil))
      let (waits, waiting) = AsyncStream<Void>.makeStream()
      let sender = Task {
        while true {
          waiting.yield()
          try await call.send([UInt8](repeating: 1, count: 10_000))
        }
      }
      // There are far more messages than fit, so it suspends after a few.
      var count = 0
      for await _ in waits {
        count += 1
        if count == 30 { break }
      }
      sender.cancel()
      await #expect(throws: GRPCStatus.self) { try await sender.value }
      for await _ in cancellations { break }
      await client.close()
    }
  }

  @Test("end on both sides when a task waiting for metadata is cancelled", arguments: [true, false])
  func cancelledMetadata(isInitial: Bool) async throws {
    let (cancellations, cancelled) = AsyncStream<Void>.makeStream()
    let (starts, started) = AsyncStream<Void>.makeStream()
    let handler = MethodHandler.clientStreaming { _, _ in
      started.yield()
      do { try await Task.sleep(for: .seconds(600)) } catch { cancelled.yield() }
      return []
    }
    try await withServer([MethodDefinition("Collect", handler)]) { path, _ in
      let client = GRPCClient(socketPath: path)
      let call = try await client.startCall(.echo("Collect"), options: CallOptions(timeout: nil))
      let waiter = Task {
        if isInitial { _ = try await call.initialMetadata() } else { _ = await call.trailingMetadata() }
      }
      for await _ in starts { break }
      waiter.cancel()
      _ = await waiter.result
      for await _ in cancellations { break }
      await client.close()
    }
  }

  @Test("are cancelled when released")
  func dropped() async throws {
    let (cancellations, cancelled) = AsyncStream<Void>.makeStream()
    let handler = MethodHandler.bidirectionalStreaming { requests, responses, _ in
      do {
        for try await request in requests { try await responses.write(request) }
      } catch { cancelled.yield() }
    }
    try await withServer([MethodDefinition("Bidi", handler)]) { path, _ in
      let client = GRPCClient(socketPath: path)
      do {
        let call = try await client.startCall(.echo("Bidi"), options: CallOptions(timeout: nil))
        try await call.send([1])
        for try await response in call.responses {
          #expect(response == [1])
          break
        }
      }
      for await _ in cancellations { break }
      await client.close()
    }
  }
}
