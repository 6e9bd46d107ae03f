/// A gRPC service: its name and the handlers of its methods, which exchange serialized messages.
///
/// Generated code creates these from typed services; create one directly to serve raw bytes.
public struct ServiceDefinition: Sendable {
  /// The fully qualified service name, for example `credits.v1.WalletService`.
  public let name: String
  /// The methods, each with its handler.
  public let methods: [MethodDefinition]
  /// What an error of its handlers, or of reading their requests, is to the caller. Where it is absent or returns nil, a
  /// ``GRPCStatus`` is sent as it is, a ``GRPCStatusConvertible`` as its status, and anything else as UNKNOWN.
  public var errorStatus: (@Sendable (any Error) -> GRPCStatus?)?

  public init(name: String, methods: [MethodDefinition]) {
    self.name = name
    self.methods = methods
  }
}

/// One method of a ``ServiceDefinition``.
public struct MethodDefinition: Sendable {
  /// The method name within its service, for example `Charge`.
  public let name: String
  /// The handler of its calls.
  public let handler: MethodHandler

  public init(_ name: String, _ handler: MethodHandler) {
    self.name = name
    self.handler = handler
  }
}

/// A handler, by call kind. Messages are serialized bytes without the gRPC prefix.
///
/// An async handler starts on its connection's event loop and resumes there; it must not block.
/// It is cancelled when the caller resets the stream, the deadline passes or the connection ends.
/// The caller receives a thrown ``GRPCStatus``; other errors become UNKNOWN, without their text, unless they are
/// ``GRPCStatusConvertible``.
public enum MethodHandler: Sendable {
  case unary(@Sendable ([UInt8], ServerContext) async throws -> [UInt8])
  /// Runs on the event loop, must return promptly, and replies from any thread through the ``UnaryReply``. Avoids a
  /// task per call in handlers that hand work to another thread.
  case deferredUnary(@Sendable ([UInt8], ServerContext, UnaryReply) -> Void)
  case clientStreaming(@Sendable (RequestStream, ServerContext) async throws -> [UInt8])
  case serverStreaming(@Sendable ([UInt8], ResponseWriter, ServerContext) async throws -> Void)
  case bidirectionalStreaming(@Sendable (RequestStream, ResponseWriter, ServerContext) async throws -> Void)
}
