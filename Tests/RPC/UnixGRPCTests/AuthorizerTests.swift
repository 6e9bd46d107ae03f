import Foundation
import Logging
import Synchronization
import Testing

@testable import UnixGRPC

@Suite("A server with an authorizer")
struct AuthorizerTests {
  private static let refusal = GRPCStatus(code: .permissionDenied, message: "not for you")

  /// Admits calls of this user, except to methods with "Secret" in their names, and records the methods.
  private final class Authorizer: CallAuthorizer {
    private let recorded = Mutex<[MethodName]>([])
    var authorizedMethods: [MethodName] { recorded.withLock { $0 } }

    func covers(_ method: MethodName) -> Bool { method.method != "Uncovered" }

    func authorize(_ method: MethodName, _ peer: PeerCredentials) throws(GRPCStatus) -> String {
      recorded.withLock { $0.append(method) }
      guard peer.userID == getuid(), !method.method.contains("Secret") else { throw AuthorizerTests.refusal }
      return "caller-\(peer.userID)"
    }
  }

  private let authorizer = Authorizer()
  private let handled = Counter()

  private func withAuthorizedServer(_ body: (String) async throws -> Void) async throws {
    let echo = MethodHandler.unary { [handled] request, _ in
      handled.add()
      return request
    }
    let name = MethodHandler.unary { _, context in Array((context.caller ?? "nobody").utf8) }
    let methods = [
      MethodDefinition("Unary", echo), MethodDefinition("Secret", echo), MethodDefinition("Name", name),
      MethodDefinition(
        "SecretStream",
        .clientStreaming { [handled] requests, _ in
          handled.add()
          for try await _ in requests {}
          return []
        }
      ),
    ]
    try await withServer(methods, configure: { $0.authorizer = authorizer }) { path, _ in try await body(path) }
  }

  @Test("rejects a call with the authorizer's status, without running its handler")
  func refusal() async throws {
    try await withAuthorizedServer { path in
      let client = GRPCClient(socketPath: path)
      await #expect(throws: Self.refusal) { try await client.unary(.echo("Secret"), [1]) }
      _ = try await client.unary(.echo("Unary"), [1])
      #expect(handled.value == 1)
      await client.close()
    }
  }

  @Test("passes the caller's name from the authorizer to the handler")
  func callerName() async throws {
    try await withAuthorizedServer { path in
      let client = GRPCClient(socketPath: path)
      let answer = try await client.unary(.echo("Name"), [])
      #expect(String(decoding: answer.message, as: UTF8.self) == "caller-\(getuid())")
      await client.close()
    }
  }

  @Test("authorizes unknown methods too, and answers UNIMPLEMENTED only to admitted callers")
  func unknownMethods() async throws {
    try await withAuthorizedServer { path in
      let connection = try await RawHTTP2Connection.client(to: path)
      let paths = [
        ("/test.Echo/Nothing", MethodName.echo("Nothing"), GRPCStatus.Code.unimplemented),
        ("/test.Echo/SecretNothing", .echo("SecretNothing"), .permissionDenied),
        ("/other.Service/Secret", MethodName(service: "other.Service", method: "Secret"), .permissionDenied),
        ("/nowhere", MethodName(service: "", method: "/nowhere"), .unimplemented),
        ("/Secret/a/b", MethodName(service: "", method: "/Secret/a/b"), .permissionDenied),
      ]
      for (index, (path, _, code)) in paths.enumerated() {
        let fields = RawHTTP2Connection.fields(path: path)
        expect(code, try await connection.call(stream: UInt32(2 * index + 1), fields: fields))
      }
      #expect(authorizer.authorizedMethods == paths.map(\.1))
    }
  }

  @Test("authorizes before any other check of a request", arguments: ["/test.Echo/Secret", "/none/Secret"])
  func order(path: String) async throws {
    try await withAuthorizedServer { socket in
      let fields = RawHTTP2Connection.fields(path: path)
      let connection = try await RawHTTP2Connection.client(to: socket)
      let faults = [("grpc-timeout", "soon"), ("grpc-encoding", "snappy"), ("x-bin", "?")]
      for (index, fault) in faults.enumerated() {
        let response = try await connection.call(stream: UInt32(2 * index + 1), fields: fields, adding: [fault])
        expect(.permissionDenied, response)
      }
    }
  }

  @Test(
    "answers a rejected call while its message is arriving, buffers none of it, and keeps the connection",
    arguments: ["Secret", "SecretStream"]
  )
  func refusedUpload(method: String) async throws {
    try await withAuthorizedServer { path in
      let fields = RawHTTP2Connection.fields(of: method)
      let connection = try await RawHTTP2Connection.client(to: path)
      // Each call sends a window's worth of a message that never ends: 50 MB in total.
      let message = grpcMessage([UInt8](repeating: 1, count: 250_000), claiming: 1 << 20)
      let before = residentBytes()
      for call in 0..<200 {
        let stream = UInt32(2 * call + 1)
        await connection.send(
          HTTP2Frame.headerBlock(stream, HPACK.encode(fields))
            + HTTP2Frame.dataFrames(stream, message, endStream: false)
        )
        let response = try await connection.response(stream: stream)
        expect(.permissionDenied, response)
        #expect(response.trailers.isEmpty && response.data.isEmpty)
        let reset = try await connection.frame { $0.stream == stream && $0.isA(.resetStream) }
        #expect(reset?.errorCode == 0)
      }
      // A caller that ignores the reset sends many times the connection's window.
      let megabyte = HTTP2Frame.dataFrames(399, [UInt8](repeating: 1, count: 1 << 20), endStream: false)
      for _ in 0..<32 {
        await connection.send(megabyte + HTTP2Frame.ping().bytes)
        #expect(try await connection.frame { $0.isA(.ping) && $0.acknowledges } != nil)
      }
      #expect(residentBytes() - before < 16 << 20)
      #expect(handled.value == 0)
      expect(.ok, try await connection.call(stream: 401))
    }
  }

  @Test("traps at initialization if the authorizer has no rule for one of its methods")
  func uncoveredMethod() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var configuration = GRPCServer.Configuration(socketPath: "/nonexistent/s")
      configuration.authorizer = Authorizer()
      let method = MethodDefinition("Uncovered", .unary { request, _ in request })
      let service = ServiceDefinition(name: "test.Echo", methods: [method])
      _ = GRPCServer(services: [service], configuration: configuration, logger: Logger(label: "test"))
    }
    let error = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(error.contains("test.Echo/Uncovered cannot be served"))
  }
}
