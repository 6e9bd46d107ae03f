import Encodings
public import ProtobufWellKnown

/// A point in time, as the contract's messages carry it.
public typealias Timestamp = ProtobufWellKnown.Timestamp

/// A length of time, as the contract's messages carry it: `Duration` is Swift's.
public typealias LengthOfTime = ProtobufWellKnown.Duration

/// What a caller must have been granted; each service's `Methods` names the role of each rpc.
public typealias Role = Access.Role

/// The proto files, compiled, for server reflection.
public enum ContractDescriptors {
  /// A serialized `google.protobuf.FileDescriptorSet`: `credits.v1`, what it imports, and the health, reflection and
  /// status protos.
  public static var serializedFileDescriptorSet: [UInt8] {
    // Only a broken build could fail here: the constant is generated.
    base64DescriptorSet.withUTF8Buffer { Base64.decode($0.span) ?? [] }
  }
}
