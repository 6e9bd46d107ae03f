import Foundation
import Testing
import UnixGRPC

@Suite("Common gRPC tools with our server", .enabled(if: PythonPeers.isAvailable, PythonPeers.reason))
struct ToolTests {
  private func withReflectingServer(_ body: (String) async throws -> Void) async throws {
    let folder = try await PythonPeers.generated.value
    let descriptors = try Data(contentsOf: URL(filePath: "\(folder)/descriptors"))
    try await withInteropServer(descriptorSets: [[UInt8](descriptors)], body)
  }

  private func grpcurl(_ arguments: String...) async throws -> ChildProcess.Result {
    try await ChildProcess.run(PythonPeers.program("grpcurl"), ["-plaintext", "-unix"] + arguments)
  }

  @Test("grpcurl lists services and methods, describes them, and calls them with JSON")
  func grpcurl() async throws {
    try await withReflectingServer { path in
      let services = try await grpcurl(path, "list")
      #expect(
        services.text.split(separator: "\n") == [
          "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection",
          "grpc.testing.TestService",
        ]
      )
      let methods = try await grpcurl(path, "list", "grpc.testing.TestService")
      #expect(methods.text.contains("grpc.testing.TestService.UnaryCall"))

      let service = try await grpcurl(path, "describe", "grpc.testing.TestService")
      #expect(
        service.text.contains(
          "rpc UnaryCall ( .grpc.testing.SimpleRequest ) returns ( .grpc.testing.SimpleResponse );"
        )
      )
      let message = try await grpcurl(path, "describe", "grpc.testing.SimpleRequest")
      #expect(message.text.contains("int32 response_size = 2;"))

      let request = #"{"response_size": 3}"#
      let call = try await grpcurl("-d", request, path, "grpc.testing.TestService/UnaryCall")
      #expect(call.status == 0)
      #expect(call.text.contains(#""body": "AAAA""#), "\(call.text)")
    }
  }

  @Test("grpcurl shows a status with its code, its message, and the caller's metadata echoed")
  func grpcurlStatus() async throws {
    try await withReflectingServer { path in
      let request = #"{"response_status": {"code": 5, "message": "no such thing"}}"#
      let failed = try await grpcurl("-d", request, path, "grpc.testing.TestService/UnaryCall")
      #expect(failed.status != 0)
      #expect(failed.text.contains("Code: NotFound"))
      #expect(failed.text.contains("Message: no such thing"))

      let verbose = try await grpcurl(
        "-v",
        "-H",
        "x-grpc-test-echo-initial: hello",
        path,
        "grpc.testing.TestService/EmptyCall"
      )
      #expect(verbose.status == 0, "\(verbose.text)")
      let unary = try await grpcurl(
        "-v",
        "-H",
        "x-grpc-test-echo-initial: hello",
        path,
        "grpc.testing.TestService/UnaryCall"
      )
      #expect(unary.text.contains("x-grpc-test-echo-initial: hello"), "\(unary.text)")
    }
  }

  @Test("grpcurl streams in both directions")
  func grpcurlStreams() async throws {
    try await withReflectingServer { path in
      let requests = #"{"response_parameters": [{"size": 3}]} {"response_parameters": [{"size": 6}]}"#
      let call = try await grpcurl("-d", requests, path, "grpc.testing.TestService/FullDuplexCall")
      #expect(call.text.contains(#""body": "AAAA""#), "\(call.text)")
      #expect(call.text.contains(#""body": "AAAAAAAA""#))
    }
  }

  @Test("grpcio-reflection (v1alpha) builds a call from our descriptors")
  func reflection() async throws {
    try await withReflectingServer { path in
      let result = try await ChildProcess.run(
        try #require(PythonPeers.python),
        [PythonPeers.script("reflection"), path]
      )
      #expect(result.status == 0)
      #expect(
        result.text.split(separator: "\n") == [
          "service grpc.health.v1.Health", "service grpc.reflection.v1.ServerReflection",
          "service grpc.reflection.v1alpha.ServerReflection", "service grpc.testing.TestService", "size 42",
        ]
      )
    }
  }

  @Test("grpcio-health-checking checks and watches health")
  func health() async throws {
    let health = HealthRegistry()
    health.setStatus(.serving)
    health.setStatus(.serving, forService: "a")
    health.setStatus(.notServing, forService: "b")
    try await withInteropServer(health: health) { path in
      let watcher = try ChildProcess(
        try #require(PythonPeers.python),
        [PythonPeers.script("health"), path, "a", "b", "c"]
      )
      for expected in ["SERVING", "SERVING", "NOT_SERVING", "NOT_FOUND", "watched SERVING"] {
        let line = await watcher.line()
        #expect(line == expected)
      }
      health.setStatus(.notServing, forService: "a")
      let change = await watcher.line()
      #expect(change == "watched NOT_SERVING")
      let result = try await watcher.finish()
      #expect(result.status == 0, "\(result.text)")
    }
  }
}
