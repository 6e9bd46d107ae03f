import Testing
import UnixGRPC

@Suite("grpcio's client against our server", .enabled(if: PythonPeers.isAvailable, PythonPeers.reason))
struct GRPCIOClientTests {
  private func run(_ interopCase: InteropCase, against path: String) async throws {
    let arguments = [PythonPeers.script("client"), try await PythonPeers.generated.value, path, interopCase.rawValue]
    let result = try await ChildProcess.run(try #require(PythonPeers.python), arguments)
    #expect(result.status == 0, "\(result.text)")
  }

  @Test(arguments: InteropCase.allCases)
  func interop(_ interopCase: InteropCase) async throws {
    try await withInteropServer { path in try await run(interopCase, against: path) }
  }

  @Test("client_compressed_unary: the request on the wire is compressed, and we read it")
  func compressedRequest() async throws {
    try await withTemporaryDirectory { directory in
      try await withInteropServer { upstream in
        let seen = try await recording(upstream: upstream, in: directory) { path in
          try await run(.clientCompressedUnary, against: path)
        }
        let requests = seen.filter { $0.hasPrefix("request") }
        #expect(requests.first?.contains("grpc-encoding=gzip") == true)
        #expect(requests.contains { $0.hasPrefix("request message 1 ") })
        #expect(requests.contains { $0.hasPrefix("request message 0 27") })
      }
    }
  }

  @Test("server_compressed_unary: our response on the wire is compressed when asked for, and not when not")
  func compressedResponse() async throws {
    try await withTemporaryDirectory { directory in
      try await withInteropServer { upstream in
        let seen = try await recording(upstream: upstream, in: directory) { path in
          try await run(.serverCompressedUnary, against: path)
        }
        let responses = seen.filter { $0.hasPrefix("response") }
        let compressed = seen.filter { $0.hasPrefix("response headers") && $0.contains("grpc-encoding=gzip") }
        #expect(compressed.count == 1)
        #expect(responses.count { $0.hasPrefix("response message 1 ") } == 1)
        #expect(responses.count { $0.hasPrefix("response message 0 314") } == 1)
      }
    }
  }
}
