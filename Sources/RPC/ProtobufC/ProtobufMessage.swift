/// A message as a Swift value.
///
/// Generated types conform. Values own everything that they hold: no C memory outlives the call that read or wrote it.
/// Fields that a receiver does not know are dropped.
public protocol ProtobufMessage: Sendable, Hashable, CustomStringConvertible {
  /// For the runtime: the C type's layout.
  static var layout: MessageLayout { get }

  /// For the runtime: copies the fields of the C struct at `source`, which is of this type's ``layout``.
  init(copying source: UnsafeRawPointer)

  /// For the runtime: writes the C struct, and all that it points at, into `arena`.
  func laidOut(in arena: Arena) -> UnsafeMutableRawPointer
}

extension ProtobufMessage {
  /// For the runtime: nil where the C struct's pointer is null, for a message that is not set.
  @inlinable
  public init?(copyingIfSet source: UnsafeRawPointer?) {
    guard let source else { return nil }
    self.init(copying: source)
  }

  /// Decodes a message.
  ///
  /// Before protobuf-c sees the bytes, their nesting, their strings (UTF-8, no U+0000) and their shape are checked, so
  /// that an error names its field.
  ///
  /// - Throws: ``MessageDecodingError``.
  @inlinable
  public init(
    serializedBytes bytes: [UInt8],
    limits: DecodingLimits = DecodingLimits()
  ) throws(MessageDecodingError) {
    self = try unpacked(bytes, as: Self.layout, limits: limits) { Self(copying: $0) }
  }

  /// Encodes the message. Equal messages give equal bytes: fields go by number and map entries by key.
  ///
  /// - Throws: ``MessageEncodingError``.
  @inlinable
  public func serializedBytes() throws(MessageEncodingError) -> [UInt8] {
    try packed { laidOut(in: $0) }
  }
}
