import InteropMessages
import Testing
import UnixGRPC
import UnixGRPCProtobuf

@Suite("Our client against grpcio's server", .enabled(if: PythonPeers.isAvailable, PythonPeers.reason))
struct GRPCIOServerTests {
  private static let requestSizes = [27182, 8, 1828, 45904]
  private static let responseSizes = [31415, 9, 2653, 58979]

  private let largeRequest = SimpleRequest(responseSize: 314_159, payload: .zeroes(271_828))
  private let echoMetadata: Metadata = [
    "x-grpc-test-echo-initial": "test_initial_metadata_value",
    "x-grpc-test-echo-trailing-bin": .binary([0xAB, 0xAB, 0xAB]),
  ]

  /// Runs grpcio's server during `body`.
  private func withServer(_ body: (String, String) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      let path = "\(directory)/s"
      let arguments = [PythonPeers.script("server"), try await PythonPeers.generated.value, path]
      let server = try ChildProcess(try #require(PythonPeers.python), arguments)
      try await server.ready()
      try await body(path, directory)
      let result = try await server.finish()
      #expect(result.status == 0, "\(result.text)")
    }
  }

  private func withStub(_ body: (TestServiceClient) async throws -> Void) async throws {
    try await withServer { path, _ in try await withStub(to: path, body) }
  }

  private func withStub(to path: String, _ body: (TestServiceClient) async throws -> Void) async throws {
    let client = GRPCClient(socketPath: path)
    try await body(TestServiceClient(client: client))
    await client.close()
  }

  private func output(_ responseSize: Int, _ requestSize: Int) -> StreamingOutputCallRequest {
    StreamingOutputCallRequest(
      responseParameters: [ResponseParameters(size: Int32(responseSize))],
      payload: .zeroes(requestSize)
    )
  }

  private func expect(
    _ code: GRPCStatus.Code,
    _ message: String? = nil,
    _ call: () async throws -> Void
  ) async {
    let status = await #expect(throws: GRPCStatus.self) { try await call() }
    #expect(status?.code == code)
    if let message { #expect(status?.message == message) }
  }

  @Test("empty_unary")
  func emptyUnary() async throws {
    try await withStub { stub in
      let response = try await stub.emptyCall(Empty())
      #expect(response == Empty())
    }
  }

  @Test("large_unary")
  func largeUnary() async throws {
    try await withStub { stub in
      let response = try await stub.unaryCall(largeRequest)
      #expect(response.payload?.body == [UInt8](repeating: 0, count: 314_159))
    }
  }

  @Test("client_streaming")
  func clientStreaming() async throws {
    try await withStub { stub in
      let call = try await stub.streamingInputCall()
      for size in Self.requestSizes { try await call.send(StreamingInputCallRequest(payload: .zeroes(size))) }
      let response = try await call.response()
      #expect(response.aggregatedPayloadSize == 74922)
    }
  }

  @Test("server_streaming")
  func serverStreaming() async throws {
    try await withStub { stub in
      let parameters = Self.responseSizes.map { ResponseParameters(size: Int32($0)) }
      let call = try await stub.streamingOutputCall(StreamingOutputCallRequest(responseParameters: parameters))
      var sizes: [Int] = []
      for try await response in call { sizes.append(response.payload?.body.count ?? 0) }
      #expect(sizes == Self.responseSizes)
    }
  }

  @Test("ping_pong")
  func pingPong() async throws {
    try await withStub { stub in
      let call = try await stub.fullDuplexCall()
      var responses = call.makeAsyncIterator()
      for (responseSize, requestSize) in zip(Self.responseSizes, Self.requestSizes) {
        try await call.send(output(responseSize, requestSize))
        let response = try await responses.next()
        #expect(response?.payload?.body.count == responseSize)
      }
      call.finishSending()
      let end = try await responses.next()
      #expect(end == nil)
    }
  }

  @Test("empty_stream")
  func emptyStream() async throws {
    try await withStub { stub in
      let call = try await stub.fullDuplexCall()
      call.finishSending()
      for try await response in call { Issue.record("\(response)") }
    }
  }

  @Test("client_compressed_unary, with the compression seen on the wire")
  func clientCompressedUnary() async throws {
    try await withServer { upstream, directory in
      let seen = try await recording(upstream: upstream, in: directory) { path in
        try await withStub(to: path) { stub in
          var request = largeRequest
          request.expectCompressed = BoolValue(value: true)
          let response = try await stub.unaryCall(request, options: CallOptions(compressesRequests: true))
          #expect(response.payload?.body.count == 314_159)
          request.expectCompressed = BoolValue(value: false)
          let plain = try await stub.unaryCall(request)
          #expect(plain.payload?.body.count == 314_159)
        }
      }
      let requests = seen.filter { $0.hasPrefix("request") }
      #expect(requests.count == 4)
      #expect(requests.first?.contains("grpc-encoding=gzip") == true)
      #expect(requests.dropFirst(1).first?.hasPrefix("request message 1 ") == true)
      #expect(requests.dropFirst(2).first?.contains("grpc-encoding") == false)
      #expect(requests.last?.hasPrefix("request message 0 271") == true)
    }
  }

  @Test("server_compressed_unary, with the compression seen on the wire")
  func serverCompressedUnary() async throws {
    try await withServer { upstream, directory in
      let seen = try await recording(upstream: upstream, in: directory) { path in
        try await withStub(to: path) { stub in
          for compresses in [true, false] {
            var request = largeRequest
            request.responseCompressed = BoolValue(value: compresses)
            let response = try await stub.unaryCall(request)
            #expect(response.payload?.body.count == 314_159)
          }
        }
      }
      #expect(seen.contains { $0.hasPrefix("request headers") && $0.contains("grpc-accept-encoding=identity,gzip") })
      #expect(seen.contains { $0.hasPrefix("response headers") && $0.contains("grpc-encoding=gzip") })
      #expect(seen.contains { $0.hasPrefix("response message 1 ") })
      #expect(seen.contains { $0.hasPrefix("response message 0 314") })
    }
  }

  @Test("cancel_after_begin")
  func cancelAfterBegin() async throws {
    try await withStub { stub in
      let call = try await stub.streamingInputCall()
      call.cancel()
      await expect(.cancelled) { _ = try await call.response() }
    }
  }

  @Test("cancel_after_first_response")
  func cancelAfterFirstResponse() async throws {
    try await withStub { stub in
      let call = try await stub.fullDuplexCall()
      var responses = call.makeAsyncIterator()
      try await call.send(output(31415, 27182))
      let first = try await responses.next()
      #expect(first?.payload?.body.count == 31415)
      call.cancel()
      let status = await #expect(throws: GRPCStatus.self) { while try await responses.next() != nil {} }
      #expect(status?.code == .cancelled)
    }
  }

  @Test("timeout_on_sleeping_server")
  func timeoutOnSleepingServer() async throws {
    try await withStub { stub in
      // Make a call first, so that the timeout does not include connecting.
      _ = try await stub.emptyCall(Empty())
      await expect(.deadlineExceeded) {
        let call = try await stub.fullDuplexCall(options: CallOptions(timeout: .milliseconds(1)))
        try await call.send(StreamingOutputCallRequest(payload: .zeroes(27182)))
        for try await _ in call {}
      }
    }
  }

  @Test("custom_metadata")
  func customMetadata() async throws {
    try await withStub { stub in
      let options = CallOptions(metadata: echoMetadata)
      let response = try await stub.client.unary(TestServiceMethods.unaryCall, largeRequest, options: options)
      #expect(response.initialMetadata["x-grpc-test-echo-initial"] == "test_initial_metadata_value")
      #expect(response.trailingMetadata[binary: "x-grpc-test-echo-trailing-bin"] == [0xAB, 0xAB, 0xAB])

      let call = try await stub.fullDuplexCall(options: options)
      try await call.send(output(314_159, 271_828))
      call.finishSending()
      let initial = try await call.initialMetadata()
      #expect(initial["x-grpc-test-echo-initial"] == "test_initial_metadata_value")
      for try await response in call { #expect(response.payload?.body.count == 314_159) }
      let trailing = await call.trailingMetadata()
      #expect(trailing[binary: "x-grpc-test-echo-trailing-bin"] == [0xAB, 0xAB, 0xAB])
    }
  }

  @Test("status_code_and_message")
  func statusCodeAndMessage() async throws {
    let status = EchoStatus(code: 2, message: "test status message")
    try await withStub { stub in
      await expect(.unknown, "test status message") {
        _ = try await stub.unaryCall(SimpleRequest(responseStatus: status))
      }
      let call = try await stub.fullDuplexCall()
      try await call.send(StreamingOutputCallRequest(responseStatus: status))
      call.finishSending()
      await expect(.unknown, "test status message") { for try await _ in call {} }
    }
  }

  @Test("special_status_message")
  func specialStatusMessage() async throws {
    let message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
    try await withStub { stub in
      await expect(.unknown, message) {
        _ = try await stub.unaryCall(SimpleRequest(responseStatus: EchoStatus(code: 2, message: message)))
      }
    }
  }

  @Test("unimplemented_method")
  func unimplementedMethod() async throws {
    try await withStub { stub in await expect(.unimplemented) { _ = try await stub.unimplementedCall(Empty()) } }
  }

  @Test("unimplemented_service")
  func unimplementedService() async throws {
    try await withStub { stub in
      let stub = UnimplementedServiceClient(client: stub.client)
      await expect(.unimplemented) { _ = try await stub.unimplementedCall(Empty()) }
    }
  }
}
