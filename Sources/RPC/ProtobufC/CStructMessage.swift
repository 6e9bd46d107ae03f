/// A message that protobuf-c encodes and decodes, by way of the C struct that protoc-c generates for it.
///
/// For generated code, whose conformances are also `@_spi`: a pointer must be of the right type and live long enough,
/// which users of a message cannot ensure.
@_spi(CLayout)
public protocol CStructMessage: ProtobufMessage {
  /// The layout of the C struct.
  static var layout: MessageLayout { get }

  /// Copies the fields of the C struct at `source`, which must have this type's ``layout``.
  init(copying source: UnsafeRawPointer)

  /// Writes the C struct, and everything that it points to, into `arena`.
  func laidOut(in arena: Arena) -> UnsafeMutableRawPointer
}

@_spi(CLayout)
extension CStructMessage {
  /// Fails if `source` is null, which represents an unset message.
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
