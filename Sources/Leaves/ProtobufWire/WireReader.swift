/// A field of a protocol buffer message, as encoded on the wire.
package struct WireField: Hashable, Sendable {
  /// An uninterpreted value, by wire type.
  package enum Value: Hashable, Sendable {
    case varint(UInt64)
    case fixed64(UInt64)
    case lengthDelimited(ArraySlice<UInt8>)
    case fixed32(UInt32)
  }

  /// The field number, 1 to 536 870 911.
  package let number: Int32
  package let value: Value

  package init(number: Int32, value: Value) {
    self.number = number
    self.value = value
  }

  // Not inlined, because Swift 6.3.1's optimizer fails on functions into which it has inlined these two accessors.

  /// The payload of a length-delimited field: bytes, string or embedded message; nil for another wire type.
  package var bytes: ArraySlice<UInt8>? {
    @inline(never) get {
      guard case .lengthDelimited(let bytes) = value else { return nil }
      return bytes
    }
  }

  /// The payload as text, with ill-formed UTF-8 replaced by U+FFFD; nil for another wire type.
  package var string: String? {
    bytes.map { String(decoding: $0, as: UTF8.self) }
  }

  /// The value of a varint field; nil for another wire type.
  package var varint: UInt64? {
    @inline(never) get {
      guard case .varint(let value) = value else { return nil }
      return value
    }
  }
}

/// Iterates over the fields of one protocol buffer message without a schema.
///
/// Read embedded messages with a reader over their bytes, so that the caller's nesting bounds the recursion. Groups,
/// which none of our messages use, are skipped.
package struct WireReader {
  private var cursor: WireCursor<ArraySlice<UInt8>>

  /// Starts at the first field of a message.
  package init(_ bytes: ArraySlice<UInt8>) { cursor = WireCursor(bytes) }

  /// Starts at the first field of a message.
  package init(_ bytes: [UInt8]) { self.init(bytes[...]) }

  /// The index of the next field in the bytes.
  package var position: Int { cursor.position }

  /// Returns the next field, or nil at the end of the message.
  package mutating func next() throws(WireError) -> WireField? {
    while !cursor.isAtEnd {
      let tag = try cursor.tag()
      switch tag.wireType {
      case .varint: return WireField(number: tag.number, value: .varint(try cursor.varint()))
      case .fixed64: return WireField(number: tag.number, value: .fixed64(try cursor.fixed64()))
      case .lengthDelimited:
        let content = cursor.bytes[try cursor.lengthDelimited()]
        return WireField(number: tag.number, value: .lengthDelimited(content))
      case .fixed32: return WireField(number: tag.number, value: .fixed32(try cursor.fixed32()))
      case .groupStart, .groupEnd: try cursor.skipValue(of: tag)
      }
    }
    return nil
  }
}
