/// One field of a protocol buffer message, as it stands on the wire.
package struct WireField: Hashable, Sendable {
  /// A value with its layout, uninterpreted.
  package enum Value: Hashable, Sendable {
    case varint(UInt64)
    case fixed64(UInt64)
    case lengthDelimited(ArraySlice<UInt8>)
    case fixed32(UInt32)
  }

  /// 1 to 536 870 911.
  package let number: Int32
  package let value: Value

  package init(number: Int32, value: Value) {
    self.number = number
    self.value = value
  }

  // Swift 6.3.1's optimizer fails on functions into which it has inlined these two accessors, hence the attributes.

  /// The payload of a length-delimited field: bytes, string or embedded message; nil for another wire type.
  package var bytes: ArraySlice<UInt8>? {
    @inline(never) get {
      guard case .lengthDelimited(let bytes) = value else { return nil }
      return bytes
    }
  }

  /// The payload as text, ill-formed UTF-8 replaced by U+FFFD; nil for another wire type.
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

/// Walks the fields of one protocol buffer message without a schema.
///
/// Embedded messages are walked by a reader over their bytes, so the caller's own nesting bounds the recursion. Groups,
/// which no message of ours uses, are skipped whole.
package struct WireReader {
  private var cursor: WireCursor<ArraySlice<UInt8>>

  /// Begins at the first field of a message.
  package init(_ bytes: ArraySlice<UInt8>) { cursor = WireCursor(bytes) }

  /// Begins at the first field of a message.
  package init(_ bytes: [UInt8]) { self.init(bytes[...]) }

  /// The index in the bytes at which the next field begins.
  package var position: Int { cursor.position }

  /// The next field, or nil at the end of the message.
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
