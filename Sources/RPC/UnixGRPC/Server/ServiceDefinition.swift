/// A gRPC service as the server sees it: a name and the handlers of its methods, over message bytes.
///
/// Generated code builds these from typed services; write one by hand to serve bytes of your own.
public struct ServiceDefinition: Sendable {
  /// The fully qualified service name, for example `credits.v1.WalletService`.
  public let name: String
  /// The methods, each with its handler.
  public let methods: [MethodDefinition]

  public init(name: String, methods: [MethodDefinition]) {
    self.name = name
    self.methods = methods
  }
}

/// One method of a ``ServiceDefinition``.
public struct MethodDefinition: Sendable {
  /// The method name within its service, for example `Charge`.
  public let name: String
  /// What answers calls to it.
  public let handler: MethodHandler

  public init(_ name: String, _ handler: MethodHandler) {
    self.name = name
    self.handler = handler
  }
}

/// What answers a call, by call kind. Messages are serialized bytes without the gRPC prefix.
///
/// An async handler starts on its connection's event loop and resumes there; it must not block.
/// It is cancelled when the caller resets the stream, the deadline passes or the connection ends.
/// A thrown ``GRPCStatus`` is what the caller receives; any other error becomes UNKNOWN, without its text.
public enum MethodHandler: Sendable {
  case unary(@Sendable ([UInt8], ServerContext) async throws -> [UInt8])
  /// Runs on the event loop, returns at once, and answers later from any thread through the ``UnaryReply``:
  /// for handlers that only hand work to another thread, without the cost of a task per call.
  case deferredUnary(@Sendable ([UInt8], ServerContext, UnaryReply) -> Void)
  case clientStreaming(@Sendable (RequestStream, ServerContext) async throws -> [UInt8])
  case serverStreaming(@Sendable ([UInt8], ResponseWriter, ServerContext) async throws -> Void)
  case bidirectionalStreaming(@Sendable (RequestStream, ResponseWriter, ServerContext) async throws -> Void)
}
