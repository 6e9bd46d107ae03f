import CProtobufC

/// protobuf-c's memory layout of a message type.
///
/// `@unchecked Sendable` because it points to constant data that protoc-c generated.
@_spi(CLayout)
public struct MessageLayout: @unchecked Sendable {
  let descriptor: UnsafePointer<ProtobufCMessageDescriptor>

  /// - Parameter descriptor: The `ProtobufCMessageDescriptor` that protoc-c generated, as stored by the message's C
  ///   initializer.
  public init(descriptor: UnsafeRawPointer) {
    self.descriptor = descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
  }

  /// The message's full name, `credits.v1.Wallet`.
  public var fullName: String {
    String(cString: descriptor.pointee.name)
  }
}
