import Foundation
import SeededRandom
import Testing

@testable import UnixGRPC

/// An object that is counted while it lives.
private final class Member: Sendable {
  private let population: Counter

  init(of population: Counter) {
    self.population = population
    population.add()
  }

  deinit { population.add(-1) }
}

@Suite("Ten thousand calls, 64 at a time, some cancelled and some past their deadline,")
struct SoakTests {
  @Test("end exactly once each and are released", .timeLimit(.minutes(5)))
  func soak() async throws {
    let population = Counter()
    let observed = Counter()
    let started = Counter()
    // Each handler retains a member while it runs, and each deferred reply until it is answered.
    let unary = MethodHandler.unary { request, _ in
      let member = Member(of: population)
      started.add()
      if request.first == 1 { try await Task.sleep(for: .seconds(600)) }
      withExtendedLifetime(member) {}
      return request
    }
    let deferred = MethodHandler.deferredUnary { request, _, reply in
      let member = Member(of: population)
      started.add()
      DispatchQueue.global().async {
        reply.succeed(request)
        withExtendedLifetime(member) {}
      }
    }
    let stream = MethodHandler.bidirectionalStreaming { requests, responses, _ in
      let member = Member(of: population)
      started.add()
      for try await request in requests { try await responses.write(request) }
      withExtendedLifetime(member) {}
    }
    let methods = [
      MethodDefinition("Unary", unary), MethodDefinition("Deferred", deferred), MethodDefinition("Bidi", stream),
    ]
    try await withServer(
      methods,
      configure: { configuration in
        configuration.callObserver = { _ in observed.add() }
        // The test cancels many more calls than a client normally does.
        configuration.limits.resetBurst = 1_000_000
      }
    ) { path, _ in
      let client = GRPCClient(socketPath: path)
      let ended = Counter()
      await withTaskGroup(of: Void.self) { group in
        for worker in 0..<64 {
          group.addTask {
            var random = SplitMix64(seed: UInt64(worker))
            for _ in 0..<(10_000 / 64) {
              await Self.callOnce(client, using: &random)
              ended.add()
            }
          }
        }
      }
      #expect(ended.value == 10_000 / 64 * 64)
      _ = try await client.unary(.echo("Unary"), [0])
      await client.close()
    }
    // The server has stopped with its calls; their cancelled handlers end asynchronously.
    while population.value > 0 { await Task.yield() }
    #expect(observed.value >= started.value)
  }

  /// Makes a call of a random kind with a random end, and checks its result.
  private static func callOnce(_ client: GRPCClient, using random: inout SplitMix64) async {
    let payload = [UInt8](repeating: 2, count: Int.random(in: 1...3000, using: &random))
    let fate = Int.random(in: 0..<10, using: &random)
    let method = Int.random(in: 0..<3, using: &random)
    let deadline = Duration.microseconds(Int.random(in: 0...2000, using: &random))
    switch (fate, method) {
    case (0, _):
      // Never answered by the handler: the deadline ends it.
      let status = await status { try await client.unary(.echo("Unary"), [1], options: CallOptions(timeout: deadline)) }
      #expect(status?.code == .deadlineExceeded)
    case (1, _):
      let task = Task { try await client.unary(.echo("Unary"), [1], options: CallOptions(timeout: nil)) }
      await Task.yield()
      task.cancel()
      let status = await status { try await task.value }
      #expect(status?.code == .cancelled)
    case (2, 2):
      let status = await status {
        let call = try await client.startCall(.echo("Bidi"))
        try await call.send(payload)
        for try await _ in call.responses {
          call.cancel()
        }
      }
      #expect(status?.code == .cancelled)
    case (_, 2):
      let status = await status {
        let call = try await client.startCall(.echo("Bidi"), options: CallOptions(timeout: .seconds(60)))
        for _ in 0..<3 { try await call.send(payload) }
        call.finishSending()
        var count = 0
        for try await response in call.responses {
          #expect(response == payload)
          count += 1
        }
        #expect(count == 3)
      }
      #expect(status == nil)
    default:
      let status = await status {
        let method = method == 0 ? "Unary" : "Deferred"
        let options = CallOptions(timeout: .seconds(60))
        let response = try await client.unary(.echo(method), [2] + payload, options: options)
        #expect(response.message == [2] + payload)
      }
      #expect(status == nil)
    }
  }

  private static func status<Result>(_ call: () async throws -> Result) async -> GRPCStatus? {
    do {
      _ = try await call()
      return nil
    } catch {
      return error as? GRPCStatus ?? GRPCStatus(code: .unknown, message: "\(error)")
    }
  }
}
