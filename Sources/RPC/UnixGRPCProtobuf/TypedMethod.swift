public import ProtobufC
public import UnixGRPC

/// One message each way.
public enum Unary {}
/// Many requests, one response.
public enum ClientStreaming {}
/// One request, many responses.
public enum ServerStreaming {}
/// Many messages both ways.
public enum BidirectionalStreaming {}

/// An rpc with its call kind and message types. Generated code declares one for every rpc.
public struct TypedMethod<Kind, Request: ProtobufMessage, Response: ProtobufMessage>: Sendable {
  public let name: MethodName

  public init(service: String, method: String) {
    name = MethodName(service: service, method: method)
  }
}
