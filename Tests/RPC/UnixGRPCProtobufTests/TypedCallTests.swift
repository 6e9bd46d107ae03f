import Foundation
import Logging
import TestMessages
import Testing
import UnixGRPC
import UnixGRPCProtobuf

@Suite("Typed calls", .timeLimit(.minutes(1)))
struct TypedCallTests {
  static let definitions = [Echo().serviceDefinition, DeferredEcho().serviceDefinition]

  /// Runs `body` with a server of `definition` on a temporary socket.
  func withClient(
    _ definition: ServiceDefinition,
    _ body: @Sendable (EchoServiceClient) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("t\(UInt32.random(in: 0 ... .max))")
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("s").path
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let server = GRPCServer(
      services: [definition],
      configuration: GRPCServer.Configuration(socketPath: path),
      logger: logger
    )
    let (listening, listens) = AsyncStream<Void>.makeStream()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { listens.finish() }
        try await server.run { listens.yield() }
      }
      for await _ in listening { break }
      let client = GRPCClient(socketPath: path)
      defer { server.beginGracefulShutdown() }
      try await body(EchoServiceClient(client: client))
      await client.close()
    }
  }

  @Test("carry one message and metadata in each direction", arguments: [0, 1])
  func unary(index: Int) async throws {
    try await withClient(Self.definitions[index]) { echo in
      #expect(try await echo.say(EchoRequest(text: "grüß")).text == "grüß")
      #expect(try await echo.return(EchoRequest(text: "x")).text == "returned x")
      let response = try await echo.client.unary(EchoServiceMethods.say, EchoRequest(text: "again"))
      #expect(response.message.text == "again")
      #expect(response.trailingMetadata["letters"] == "5")
    }
  }

  @Test("throw the server's status", arguments: [0, 1])
  func failure(index: Int) async throws {
    try await withClient(Self.definitions[index]) { echo in
      await #expect(throws: GRPCStatus(code: .aborted, message: "as asked")) {
        try await echo.say(EchoRequest(text: "fail"))
      }
    }
  }

  @Test("carry many requests and one response", arguments: [0, 1])
  func clientStreaming(index: Int) async throws {
    try await withClient(Self.definitions[index]) { echo in
      let call = try await echo.collect()
      for text in ["a", "b", "c"] { try await call.send(EchoRequest(text: text)) }
      #expect(try await call.response().text == "abc")
    }
  }

  @Test("carry one request and many responses, then the status")
  func serverStreaming() async throws {
    try await withClient(Echo().serviceDefinition) { echo in
      var letters: [String] = []
      for try await response in try await echo.spell(EchoRequest(text: "word")) { letters.append(response.text) }
      #expect(letters == ["w", "o", "r", "d"])
      let broken = try await echo.spell(EchoRequest(text: "broken"))
      var count = 0
      await #expect(throws: GRPCStatus(code: .dataLoss, message: "no more")) {
        for try await _ in broken { count += 1 }
      }
      #expect(count == 6)
    }
  }

  @Test("carry messages in both directions, each answered before the next is sent")
  func bidirectional() async throws {
    try await withClient(Echo().serviceDefinition) { echo in
      let call = try await echo.chat()
      var responses = call.makeAsyncIterator()
      for text in ["one", "two", "three"] {
        try await call.send(EchoRequest(text: text))
        #expect(try await responses.next()?.text == text)
      }
      call.finishSending()
      #expect(try await responses.next() == nil)
    }
  }

  @Test("report the field of a request that cannot be decoded", arguments: [0, 1])
  func undecodable(index: Int) async throws {
    try await withClient(Self.definitions[index]) { echo in
      await #expect {
        try await echo.client.unary(EchoServiceMethods.say.name, [0x0A, 1, 0xFF])
      } throws: { error in
        let violation = BadRequest.FieldViolation(field: "text", description: "is not valid UTF-8")
        return error as? GRPCStatus
          == GRPCStatus(
            code: .invalidArgument,
            message: "text is not valid UTF-8",
            details: [.badRequest(BadRequest(fieldViolations: [violation]))]
          )
      }
    }
  }

  @Test("report the field of an undecodable request within a stream")
  func undecodableInStream() async throws {
    try await withClient(Echo().serviceDefinition) { echo in
      let call = try await echo.client.startCall(EchoServiceMethods.collect.name)
      try await call.send([0x0A, 5, 0x61])
      call.finishSending()
      await #expect {
        for try await _ in call.responses {}
      } throws: { error in
        (error as? GRPCStatus)?.code == .invalidArgument
      }
    }
  }

  @Test("do not start with a request that cannot be encoded")
  func unencodableRequest() async throws {
    // No server is there: the request fails before the client connects.
    let echo = EchoServiceClient(client: GRPCClient(socketPath: "/nonexistent/s"))
    await #expect {
      try await echo.say(EchoRequest(text: "a\0b"))
    } throws: { error in
      (error as? GRPCStatus)?.code == .invalidArgument
    }
  }

  @Test("end with INTERNAL if the response cannot be encoded or decoded", arguments: [0, 1])
  func badResponse(index: Int) async throws {
    try await withClient(Self.definitions[index]) { echo in
      await #expect {
        try await echo.say(EchoRequest(text: "unsendable"))
      } throws: { error in
        (error as? GRPCStatus)?.code == .internal
      }
    }
    let garbled = MethodDefinition("Say", .unary { _, _ in [0x0A, 9] })
    try await withClient(ServiceDefinition(name: EchoServiceMethods.serviceName, methods: [garbled])) { echo in
      await #expect {
        try await echo.say(EchoRequest())
      } throws: { error in
        (error as? GRPCStatus)?.code == .internal
      }
    }
  }

  @Test("have a role for each rpc")
  func roles() {
    #expect(
      EchoServiceMethods.roles == [
        MethodName(service: "test.v1.EchoService", method: "Say"): .guest,
        MethodName(service: "test.v1.EchoService", method: "Collect"): .guest,
        MethodName(service: "test.v1.EchoService", method: "Spell"): .host,
        MethodName(service: "test.v1.EchoService", method: "Chat"): .host,
        MethodName(service: "test.v1.EchoService", method: "Return"): .guest,
      ]
    )
  }
}
