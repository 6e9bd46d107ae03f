import Encodings
public import ProtobufWellKnown

/// A point in time in the contract's messages.
public typealias Timestamp = ProtobufWellKnown.Timestamp

/// A duration in the contract's messages, named so because `Duration` is Swift's.
public typealias LengthOfTime = ProtobufWellKnown.Duration

/// The role that a caller needs for an rpc; each service's `Methods` gives the role of each rpc.
public typealias Role = Access.Role

/// The compiled descriptors of the proto files, for server reflection.
public enum ContractDescriptors {
  /// A serialized `google.protobuf.FileDescriptorSet`: `credits.v1`, its imports, and the health, reflection and status
  /// protos.
  public static var serializedFileDescriptorSet: [UInt8] {
    // The constant is generated, so decoding cannot fail.
    base64DescriptorSet.withUTF8Buffer { Base64.decode($0.span) ?? [] }
  }
}
