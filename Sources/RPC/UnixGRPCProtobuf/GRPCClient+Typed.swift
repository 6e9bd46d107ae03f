public import ProtobufC
public import UnixGRPC

extension GRPCClient {
  /// Makes a unary call.
  ///
  /// - Throws: ``GRPCStatus``.
  @inlinable
  public func unary<Request, Response>(
    _ method: TypedMethod<Unary, Request, Response>,
    _ request: Request,
    options: CallOptions = CallOptions()
  ) async throws -> TypedUnaryResponse<Response> {
    let response = try await unary(method.name, request.requestBytes(), options: options)
    return TypedUnaryResponse(
      message: try Response(response: response.message),
      initialMetadata: response.initialMetadata,
      trailingMetadata: response.trailingMetadata
    )
  }

  /// Starts a server-streaming call and sends its only request; read the responses from the returned call.
  ///
  /// - Throws: ``GRPCStatus``.
  public func startCall<Request, Response>(
    _ method: TypedMethod<ServerStreaming, Request, Response>,
    _ request: Request,
    options: CallOptions = CallOptions(timeout: nil)
  ) async throws -> TypedCall<Request, Response> {
    let bytes = try request.requestBytes()
    let call = try await startCall(method.name, options: options)
    try await call.send(bytes)
    call.finishSending()
    return TypedCall(call)
  }

  /// Starts a client-streaming call; send requests, then read the response with ``TypedCall/response()``.
  ///
  /// - Throws: ``GRPCStatus``.
  public func startCall<Request, Response>(
    _ method: TypedMethod<ClientStreaming, Request, Response>,
    options: CallOptions = CallOptions(timeout: nil)
  ) async throws -> TypedCall<Request, Response> {
    TypedCall(try await startCall(method.name, options: options))
  }

  /// Starts a bidirectional streaming call; requests and responses may be interleaved in any order.
  ///
  /// - Throws: ``GRPCStatus``.
  public func startCall<Request, Response>(
    _ method: TypedMethod<BidirectionalStreaming, Request, Response>,
    options: CallOptions = CallOptions(timeout: nil)
  ) async throws -> TypedCall<Request, Response> {
    TypedCall(try await startCall(method.name, options: options))
  }
}

/// The response of a unary call: its message and metadata.
public struct TypedUnaryResponse<Response: ProtobufMessage>: Sendable {
  public let message: Response
  public let initialMetadata: Metadata
  public let trailingMetadata: Metadata

  @usableFromInline
  init(message: Response, initialMetadata: Metadata, trailingMetadata: Metadata) {
    self.message = message
    self.initialMetadata = initialMetadata
    self.trailingMetadata = trailingMetadata
  }
}
