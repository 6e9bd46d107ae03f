import ProtobufWire
import Testing

@testable import UnixGRPC

@Suite("Health", .timeLimit(.minutes(1)))
struct HealthTests {
  private let registry = HealthRegistry()

  private func request(_ service: String) -> [UInt8] {
    var writer = WireWriter()
    writer.write(1, string: service)
    return writer.bytes
  }

  @Test("of the server as a whole is serving from the start, in the bytes that clients expect")
  func check() throws {
    #expect(try registry.check([]) == [0x08, 1])
    #expect(try registry.check(request("")) == [0x08, 1])
    registry.setStatus(.notServing, forService: "a.B")
    #expect(try registry.check(request("a.B")) == [0x08, 2])
    registry.setStatus(.unknown, forService: "a.B")
    #expect(try registry.check(request("a.B")) == [])
  }

  @Test("of an unknown service is NOT_FOUND, and of a malformed request INTERNAL")
  func unknown() {
    let failure = #expect(throws: GRPCStatus.self) { try registry.check(request("nobody")) }
    #expect(failure?.code == .notFound)
    let malformed = #expect(throws: GRPCStatus.self) { try registry.check([0x0A, 5]) }
    #expect(malformed?.code == .internal)
  }

  @Test("lists every service")
  func list() {
    registry.setStatus(.notServing, forService: "b")
    #expect(
      HealthListResponse.serialize(registry.statuses) == [
        0x0A, 6, 0x0A, 0, 0x12, 2, 0x08, 1, 0x0A, 7, 0x0A, 1, 0x62, 0x12, 2, 0x08, 2,
      ]
    )
  }

  @Test("sends a watcher the current status, then changes, only the latest if it is slow")
  func updates() async {
    registry.setStatus(.serving, forService: "a")
    var updates = registry.updates(ofService: "a").makeAsyncIterator()
    #expect(await updates.next() == .serving)
    registry.setStatus(.notServing, forService: "other")
    registry.setStatus(.serving, forService: "a")
    registry.setStatus(.notServing, forService: "a")
    registry.setStatus(.unknown, forService: "a")
    #expect(await updates.next() == .unknown)
  }

  @Test("notifies the watcher of an unknown service when it is registered")
  func watchUnknown() async {
    var updates = registry.updates(ofService: "late").makeAsyncIterator()
    #expect(await updates.next() == .serviceUnknown)
    registry.setStatus(.serving, forService: "late")
    #expect(await updates.next() == .serving)
    #expect(registry.status(ofService: "late") == .serving)
  }

  @Test("is permanently not serving once shutdown has begun, which ends the watches")
  func shutdown() async {
    registry.setStatus(.serving, forService: "a")
    var updates = registry.updates(ofService: "a").makeAsyncIterator()
    var whole = registry.updates(ofService: "").makeAsyncIterator()
    #expect(await updates.next() == .serving)
    registry.beginShutdown()
    registry.setStatus(.serving, forService: "a")
    #expect(registry.statuses == ["": .notServing, "a": .notServing])
    #expect(await updates.next() == .notServing)
    #expect(await updates.next() == nil)
    #expect(await whole.next() == .notServing)
    var late = registry.updates(ofService: "a").makeAsyncIterator()
    #expect(await late.next() == .notServing)
    #expect(await late.next() == nil)
    #expect(registry.watcherCount == 0)
  }

  @Test("removes a watcher that has ended")
  func gone() async {
    do {
      var updates = registry.updates(ofService: "a").makeAsyncIterator()
      #expect(await updates.next() == .serviceUnknown)
      #expect(registry.watcherCount == 1)
    }
    #expect(registry.watcherCount == 0)
  }

  @Test("is watched through a server, until shutdown ends the call with UNAVAILABLE")
  func served() async throws {
    registry.setStatus(.serving, forService: "a")
    try await withServer(services: [registry.serviceDefinition]) { path, _ in
      let client = GRPCClient(socketPath: path)
      let health = { MethodName(service: "grpc.health.v1.Health", method: $0) }
      #expect(try await client.unary(health("Check"), request("a")).message == [0x08, 1])
      #expect(try await client.unary(health("List"), []).message == HealthListResponse.serialize(registry.statuses))
      let call = try await client.startCall(health("Watch"))
      try await call.send(request("a"))
      call.finishSending()
      var responses = call.responses.makeAsyncIterator()
      #expect(try await responses.next() == [0x08, 1])
      registry.setStatus(.notServing, forService: "a")
      #expect(try await responses.next() == [0x08, 2])
      registry.setStatus(.serving, forService: "a")
      #expect(try await responses.next() == [0x08, 1])
      registry.beginShutdown()
      #expect(try await responses.next() == [0x08, 2])
      let failure = await #expect(throws: GRPCStatus.self) { try await responses.next() }
      #expect(failure?.code == .unavailable)
      await client.close()
    }
  }
}
