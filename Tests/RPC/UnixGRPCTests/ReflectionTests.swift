import Foundation
import ProtobufWire
import Testing

@testable import UnixGRPC

@Suite("Reflection", .timeLimit(.minutes(1)))
struct ReflectionTests {
  private var session: ReflectionSession

  init() throws {
    session = ReflectionSession(
      index: try ReflectionIndex(descriptorSets: [ReflectionFixture.descriptorSet]),
      services: ["Library"]
    )
  }

  private func request(_ number: Int32, _ text: String) -> [UInt8] {
    var writer = WireWriter()
    writer.write(number, string: text)
    return writer.bytes
  }

  private func extensionRequest(_ typeName: String, _ number: Int64) -> [UInt8] {
    var writer = WireWriter()
    writer.write(5) { message in
      message.write(1, string: typeName)
      message.write(2, signed: number)
    }
    return writer.bytes
  }

  private mutating func respond(_ request: [UInt8]) throws -> ReflectionResponse {
    let response = try ReflectionResponse(try session.respond(to: request))
    #expect(response.originalRequest == request)
    return response
  }

  @Test("lists the services")
  mutating func services() throws {
    #expect(try respond(request(7, "*")).services == ["Library"])
  }

  @Test("sends a file with its imports, and repeats only requested files within a stream")
  mutating func files() throws {
    #expect(try respond(request(3, "middle.proto")).fileNames == ["middle.proto", "base.proto"])
    #expect(try respond(request(3, "top.proto")).fileNames == ["top.proto"])
    #expect(try respond(request(3, "base.proto")).fileNames == ["base.proto"])
  }

  @Test("sends shared imports once")
  mutating func sharedImports() throws {
    #expect(try respond(request(3, "top.proto")).fileNames == ["top.proto", "middle.proto", "base.proto"])
  }

  @Test(
    "finds the file of every kind of name",
    arguments: [
      ("Library", "top.proto"), ("Library.Lend", "top.proto"), ("Top", "top.proto"), ("Top.middle", "top.proto"),
      ("fixture.Middle", "middle.proto"), (".fixture.Middle", "middle.proto"), ("fixture.tail", "middle.proto"),
      ("fixture.base.Base", "base.proto"), ("fixture.base.Base.text", "base.proto"),
      ("fixture.base.Base.choice", "base.proto"), ("fixture.base.Base.Inner", "base.proto"),
      ("fixture.base.Base.Inner.Colour", "base.proto"), ("fixture.base.Base.Inner.RED", "base.proto"),
      ("fixture.base.Base.Inner.nested", "base.proto"), ("fixture.base.NONE", "base.proto"),
    ]
  )
  func symbols(symbol: String, file: String) throws {
    var session = session
    let response = try ReflectionResponse(try session.respond(to: request(4, symbol)))
    #expect(response.fileNames.first == file)
  }

  @Test("finds extensions by number and lists them")
  mutating func extensions() throws {
    #expect(try respond(extensionRequest("fixture.base.Base", 1000)).fileNames.first == "middle.proto")
    #expect(try respond(extensionRequest("fixture.base.Base", 1001)).fileNames == ["base.proto"])
    let all = try respond(request(6, "fixture.base.Base"))
    #expect(all.extensionNumbers == [1000, 1001])
    #expect(all.baseTypeName == "fixture.base.Base")
    let none = try respond(request(6, "Top"))
    #expect(none.extensionNumbers == [])
    #expect(none.errorCode == nil)
  }

  @Test("answers NOT_FOUND in the stream for unknown names")
  mutating func notFound() throws {
    for request in [
      request(3, "none.proto"), request(4, "fixture"), request(4, ""), request(6, "Library"),
      extensionRequest("fixture.base.Base", 5), extensionRequest("Top", 1000),
    ] {
      #expect(try respond(request).errorCode == 5)
    }
    #expect(try respond([]).errorCode == 3)
  }

  @Test("echoes the host, and rejects a malformed request with INTERNAL")
  mutating func host() throws {
    #expect(try respond(request(1, "h") + request(7, "")).host == "h")
    let failure = #expect(throws: GRPCStatus.self) { try session.respond(to: [0x22, 9]) }
    #expect(failure?.code == .internal)
  }

  @Test("rejects descriptor sets that it cannot serve")
  func refused() {
    #expect(throws: ReflectionError.descriptorSetMalformed) { try ReflectionIndex(descriptorSets: [[0x0A, 9]]) }
    var set = WireWriter()
    set.write(1) { file in
      file.write(1, string: "a.proto")
      file.write(3, string: "b.proto")
    }
    #expect(throws: ReflectionError.importMissing(file: "a.proto", imported: "b.proto")) {
      try ReflectionIndex(descriptorSets: [set.bytes])
    }
    var message = WireWriter()
    for _ in 0..<150 {
      let inner = message.bytes
      message = WireWriter()
      message.write(3, bytes: inner)
    }
    var deep = WireWriter()
    deep.write(1) { $0.write(4, bytes: message.bytes) }
    #expect(throws: ReflectionError.nestingTooDeep) { try ReflectionIndex(descriptorSets: [deep.bytes]) }
  }

  @Test("handles circular imports")
  func circle() throws {
    var set = WireWriter()
    for (name, imported) in [("a", "b"), ("b", "a")] {
      set.write(1) { file in
        file.write(1, string: name)
        file.write(3, string: imported)
      }
    }
    let index = try ReflectionIndex(descriptorSets: [set.bytes])
    #expect(index.closure(of: 0) == [0, 1])
  }

  @Test("is served in both versions, and describes itself and health", arguments: ["v1", "v1alpha"])
  func served(version: String) async throws {
    let health = HealthRegistry().serviceDefinition
    let reflection = try ReflectionService(services: [health], descriptorSets: [ReflectionFixture.descriptorSet])
    try await withServer(services: [health] + reflection.serviceDefinitions) { path, _ in
      let client = GRPCClient(socketPath: path)
      let call = try await client.startCall(
        MethodName(service: "grpc.reflection.\(version).ServerReflection", method: "ServerReflectionInfo")
      )
      var responses = call.responses.makeAsyncIterator()
      try await call.send(request(7, ""))
      let services = try ReflectionResponse(try #require(try await responses.next())).services
      #expect(
        services == [
          "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection",
        ]
      )
      for service in services {
        try await call.send(request(4, service))
        let response = try ReflectionResponse(try #require(try await responses.next()))
        #expect(response.fileNames.count == 1)
      }
      call.finishSending()
      #expect(try await responses.next() == nil)
      await client.close()
    }
  }
}
