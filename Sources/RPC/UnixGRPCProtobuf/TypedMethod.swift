public import ProtobufC
public import UnixGRPC

/// The call kind with one request and one response.
public enum Unary {}
/// The call kind with a stream of requests and one response.
public enum ClientStreaming {}
/// The call kind with one request and a stream of responses.
public enum ServerStreaming {}
/// The call kind with streams in both directions.
public enum BidirectionalStreaming {}

/// A method with its call kind and message types. Generated code declares one per method.
public struct TypedMethod<Kind, Request: ProtobufMessage, Response: ProtobufMessage>: Sendable {
  public let name: MethodName

  public init(service: String, method: String) {
    name = MethodName(service: service, method: method)
  }
}
