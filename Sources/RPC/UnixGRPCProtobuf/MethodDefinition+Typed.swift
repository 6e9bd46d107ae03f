public import UnixGRPC

// Handlers of decoded messages instead of bytes.
extension MethodDefinition {
  /// Defines a unary method.
  @inlinable
  public static func unary<Request, Response>(
    _ method: TypedMethod<Unary, Request, Response>,
    _ handler: @escaping @Sendable (Request, ServerContext) async throws -> Response
  ) -> MethodDefinition {
    MethodDefinition(
      method.name.method,
      .unary { bytes, context in
        try await handler(Request(request: bytes), context).responseBytes()
      }
    )
  }

  /// Defines a unary method whose handler runs on the event loop, must not block, and replies from any thread.
  @inlinable
  public static func deferredUnary<Request, Response>(
    _ method: TypedMethod<Unary, Request, Response>,
    _ handler: @escaping @Sendable (Request, ServerContext, TypedReply<Response>) -> Void
  ) -> MethodDefinition {
    MethodDefinition(
      method.name.method,
      .deferredUnary { bytes, context, reply in
        do throws(UndecodableRequest) {
          handler(try Request(request: bytes), context, TypedReply(reply))
        } catch {
          reply.fail(error)
        }
      }
    )
  }

  /// Defines a client-streaming method.
  @inlinable
  public static func clientStreaming<Request, Response>(
    _ method: TypedMethod<ClientStreaming, Request, Response>,
    _ handler: @escaping @Sendable (TypedRequests<Request>, ServerContext) async throws -> Response
  ) -> MethodDefinition {
    MethodDefinition(
      method.name.method,
      .clientStreaming { requests, context in
        try await handler(TypedRequests(requests), context).responseBytes()
      }
    )
  }

  /// Defines a server-streaming method.
  @inlinable
  public static func serverStreaming<Request, Response>(
    _ method: TypedMethod<ServerStreaming, Request, Response>,
    _ handler: @escaping @Sendable (Request, TypedResponses<Response>, ServerContext) async throws -> Void
  ) -> MethodDefinition {
    MethodDefinition(
      method.name.method,
      .serverStreaming { bytes, responses, context in
        try await handler(Request(request: bytes), TypedResponses(responses), context)
      }
    )
  }

  /// Defines a bidirectional streaming method.
  @inlinable
  public static func bidirectionalStreaming<Request, Response>(
    _ method: TypedMethod<BidirectionalStreaming, Request, Response>,
    _ handler:
      @escaping @Sendable (TypedRequests<Request>, TypedResponses<Response>, ServerContext) async throws -> Void
  ) -> MethodDefinition {
    MethodDefinition(
      method.name.method,
      .bidirectionalStreaming { requests, responses, context in
        try await handler(TypedRequests(requests), TypedResponses(responses), context)
      }
    )
  }
}
