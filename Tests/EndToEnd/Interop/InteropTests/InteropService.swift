import InteropMessages
import UnixGRPC
import UnixGRPCProtobuf

/// UnixGRPC's server of gRPC's interoperability cases.
struct InteropService: TestService {
  /// The service without `UnimplementedCall`, which servers must not implement.
  var definition: ServiceDefinition {
    ServiceDefinition(
      name: TestServiceMethods.serviceName,
      methods: serviceDefinition.methods.filter { $0.name != TestServiceMethods.unimplementedCall.name.method }
    )
  }

  func emptyCall(_ request: Empty, context: ServerContext) async throws -> Empty { Empty() }

  func unaryCall(_ request: SimpleRequest, context: ServerContext) async throws -> SimpleResponse {
    context.compressesResponses = request.responseCompressed?.value ?? false
    echoMetadata(of: context)
    try throwStatus(request.responseStatus)
    return SimpleResponse(payload: .zeroes(request.responseSize))
  }

  func streamingOutputCall(
    _ request: StreamingOutputCallRequest,
    responses: TypedResponses<StreamingOutputCallResponse>,
    context: ServerContext
  ) async throws {
    echoMetadata(of: context)
    try await answer(request, on: responses)
  }

  func streamingInputCall(
    _ requests: TypedRequests<StreamingInputCallRequest>,
    context: ServerContext
  ) async throws -> StreamingInputCallResponse {
    var size = 0
    for try await request in requests { size += request.payload?.body.count ?? 0 }
    return StreamingInputCallResponse(aggregatedPayloadSize: Int32(size))
  }

  func fullDuplexCall(
    _ requests: TypedRequests<StreamingOutputCallRequest>,
    responses: TypedResponses<StreamingOutputCallResponse>,
    context: ServerContext
  ) async throws {
    echoMetadata(of: context)
    for try await request in requests { try await answer(request, on: responses) }
  }

  func unimplementedCall(_ request: Empty, context: ServerContext) async throws -> Empty {
    throw GRPCStatus(code: .unimplemented, message: "not served")
  }

  private func answer(
    _ request: StreamingOutputCallRequest,
    on responses: TypedResponses<StreamingOutputCallResponse>
  ) async throws {
    try throwStatus(request.responseStatus)
    for parameters in request.responseParameters {
      if parameters.intervalUs > 0 { try await Task.sleep(for: .microseconds(parameters.intervalUs)) }
      try await responses.write(StreamingOutputCallResponse(payload: .zeroes(parameters.size)))
    }
  }

  private func echoMetadata(of context: ServerContext) {
    if let text = context.requestMetadata["x-grpc-test-echo-initial"] {
      context.addInitialMetadata("x-grpc-test-echo-initial", text)
    }
    if let bytes = context.requestMetadata[binary: "x-grpc-test-echo-trailing-bin"] {
      context.addTrailingMetadata("x-grpc-test-echo-trailing-bin", binary: bytes)
    }
  }

  private func throwStatus(_ status: EchoStatus?) throws {
    guard let status else { return }
    throw GRPCStatus(code: GRPCStatus.Code(rawValue: Int(status.code)), message: status.message)
  }
}

extension Payload {
  static func zeroes(_ count: some BinaryInteger) -> Payload {
    Payload(body: [UInt8](repeating: 0, count: Int(count)))
  }
}
