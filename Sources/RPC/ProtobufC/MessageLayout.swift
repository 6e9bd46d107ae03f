import CProtobufC

/// How protobuf-c lays a message type out in memory.
///
/// `@unchecked Sendable`: it points at the constant data that protoc-c generated, which nothing ever writes.
@_spi(CLayout)
public struct MessageLayout: @unchecked Sendable {
  let descriptor: UnsafePointer<ProtobufCMessageDescriptor>

  /// - Parameter descriptor: a `ProtobufCMessageDescriptor` that protoc-c generated, as the message's own initializer
  ///   stores it.
  public init(descriptor: UnsafeRawPointer) {
    self.descriptor = descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
  }

  /// The message's name with its package, `credits.v1.Wallet`.
  public var fullName: String {
    String(cString: descriptor.pointee.name)
  }
}
