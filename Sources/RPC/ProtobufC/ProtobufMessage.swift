/// A protobuf message as a Swift value.
///
/// Generated types conform. Values own their contents: no C memory outlives the call that read or wrote it. Unknown
/// fields are dropped.
public protocol ProtobufMessage: Sendable, Hashable, CustomStringConvertible {
  /// Decodes a message.
  ///
  /// Nesting, strings (UTF-8, no U+0000) and wire format are checked before protobuf-c unpacks the bytes, so that an
  /// error names its field. A field of the wrong wire type is skipped, and the parts of a singular message are merged, as
  /// protobuf's own parsers do.
  ///
  /// - Throws: ``MessageDecodingError``.
  init(serializedBytes bytes: [UInt8], limits: DecodingLimits) throws(MessageDecodingError)

  /// Encodes the message. Equal messages give equal bytes: fields are ordered by number and map entries by key.
  ///
  /// - Throws: ``MessageEncodingError``.
  func serializedBytes() throws(MessageEncodingError) -> [UInt8]
}

extension ProtobufMessage {
  /// Decodes a message within the default limits.
  ///
  /// - Throws: ``MessageDecodingError``.
  @inlinable
  public init(serializedBytes bytes: [UInt8]) throws(MessageDecodingError) {
    try self.init(serializedBytes: bytes, limits: DecodingLimits())
  }
}
