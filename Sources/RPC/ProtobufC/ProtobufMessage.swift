/// A message as a Swift value.
///
/// Generated types conform. Values own everything that they hold: no C memory outlives the call that read or wrote it.
/// Fields that a receiver does not know are dropped.
public protocol ProtobufMessage: Sendable, Hashable, CustomStringConvertible {
  /// Decodes a message.
  ///
  /// Before protobuf-c sees the bytes, their nesting, their strings (UTF-8, no U+0000) and their shape are checked, so
  /// that an error names its field.
  ///
  /// - Throws: ``MessageDecodingError``.
  init(serializedBytes bytes: [UInt8], limits: DecodingLimits) throws(MessageDecodingError)

  /// Encodes the message. Equal messages give equal bytes: fields go by number and map entries by key.
  ///
  /// - Throws: ``MessageEncodingError``.
  func serializedBytes() throws(MessageEncodingError) -> [UInt8]
}

extension ProtobufMessage {
  /// Decodes a message within the usual limits.
  ///
  /// - Throws: ``MessageDecodingError``.
  @inlinable
  public init(serializedBytes bytes: [UInt8]) throws(MessageDecodingError) {
    try self.init(serializedBytes: bytes, limits: DecodingLimits())
  }
}
