/// A message that protobuf-c encodes and decodes: it is copied from the C struct that protoc-c generated for it, and laid
/// out as one.
///
/// For generated code, whose conformances are system programming interface as well: the memory behind a pointer must be
/// of the right type and live long enough, which the users of a message cannot see to.
@_spi(CLayout)
public protocol CStructMessage: ProtobufMessage {
  /// How the C struct lies in memory.
  static var layout: MessageLayout { get }

  /// Copies the fields of the C struct at `source`, which is of this type's ``layout``.
  init(copying source: UnsafeRawPointer)

  /// Writes the C struct, and all that it points at, into `arena`.
  func laidOut(in arena: Arena) -> UnsafeMutableRawPointer
}

@_spi(CLayout)
extension CStructMessage {
  /// `nil` where the C struct's pointer is null, for a message that is not set.
  @inlinable
  public init?(copyingIfSet source: UnsafeRawPointer?) {
    guard let source else { return nil }
    self.init(copying: source)
  }

  @inlinable
  public init(serializedBytes bytes: [UInt8], limits: DecodingLimits) throws(MessageDecodingError) {
    self = try unpacked(bytes, as: Self.layout, limits: limits) { Self(copying: $0) }
  }

  @inlinable
  public func serializedBytes() throws(MessageEncodingError) -> [UInt8] {
    try packed { laidOut(in: $0) }
  }
}
