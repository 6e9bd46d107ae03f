/// One field of a protocol buffer message, as it stands on the wire.
package struct WireField: Hashable, Sendable {
  package enum Value: Hashable, Sendable {
    case varint(UInt64)
    case fixed64(UInt64)
    case lengthDelimited(ArraySlice<UInt8>)
    case fixed32(UInt32)
  }

  package let number: Int
  package let value: Value

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
/// Source: protobuf.dev/programming-guides/encoding.
package struct WireReader {
  /// As deep as other implementations let messages nest.
  package static let maximumGroupDepth = 100

  private let bytes: ArraySlice<UInt8>
  private var position: Int

  package init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  package init(_ bytes: [UInt8]) {
    self.init(bytes[...])
  }

  /// The next field, or nil at the end of the message.
  package mutating func next() throws(WireError) -> WireField? {
    while position < bytes.endIndex {
      let tag = try readTag()
      switch tag.wireType {
      case 3: try skipGroup(number: tag.number)
      case 4: throw .wireTypeInvalid
      default: return WireField(number: tag.number, value: try readValue(wireType: tag.wireType))
      }
    }
    return nil
  }

  private mutating func readTag() throws(WireError) -> (number: Int, wireType: UInt64) {
    let tag = try readVarint()
    let number = tag >> 3
    guard (1...536_870_911).contains(number) else { throw .fieldNumberInvalid }
    return (Int(number), tag & 7)
  }

  private mutating func readValue(wireType: UInt64) throws(WireError) -> WireField.Value {
    switch wireType {
    case 0: return .varint(try readVarint())
    case 1: return .fixed64(try readFixed(byteCount: 8))
    case 2:
      let count = try readVarint()
      // Compared before it is converted: a length of 2^64-1 must not trap.
      guard count <= UInt64(bytes.endIndex - position) else { throw .truncated }
      let end = position + Int(count)
      defer { position = end }
      return .lengthDelimited(bytes[position..<end])
    case 5: return .fixed32(UInt32(try readFixed(byteCount: 4)))
    default: throw .wireTypeInvalid
    }
  }

  private mutating func readVarint() throws(WireError) -> UInt64 {
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while position < bytes.endIndex {
      let byte = bytes[position]
      position += 1
      // The tenth byte carries bit 63 only.
      if shift == 63, byte > 1 { throw .varintTooLong }
      result |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return result }
      shift += 7
    }
    throw .truncated
  }

  private mutating func readFixed(byteCount: Int) throws(WireError) -> UInt64 {
    guard bytes.endIndex - position >= byteCount else { throw .truncated }
    var result: UInt64 = 0
    for offset in 0..<byteCount {
      result |= UInt64(bytes[position + offset]) << UInt64(8 * offset)
    }
    position += byteCount
    return result
  }

  private mutating func skipGroup(number: Int) throws(WireError) {
    var open = [number]
    while let innermost = open.last {
      guard position < bytes.endIndex else { throw .truncated }
      let tag = try readTag()
      switch tag.wireType {
      case 3:
        guard open.count < Self.maximumGroupDepth else { throw .nestingTooDeep }
        open.append(tag.number)
      case 4:
        guard tag.number == innermost else { throw .wireTypeInvalid }
        open.removeLast()
      default: _ = try readValue(wireType: tag.wireType)
      }
    }
  }
}
