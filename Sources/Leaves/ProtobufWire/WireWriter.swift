/// Writes protocol buffer fields in the given order.
///
/// Omits nothing: for proto3's implicit presence, the caller must not write default values.
/// Source: protobuf.dev/programming-guides/encoding.
@usableFromInline
package struct WireWriter {
  @usableFromInline var buffer: [UInt8] = []

  /// Creates an empty message.
  @inlinable
  package init() {}

  /// The bytes written so far.
  @inlinable
  package var bytes: [UInt8] { buffer }

  // MARK: Fields

  /// Writes a field of an unsigned integer, bool or enum type.
  package mutating func write(_ number: Int32, varint value: UInt64) {
    appendTag(number, .varint)
    appendVarint(value)
  }

  /// Writes an `int32` or `int64` field. Negative values take ten bytes.
  package mutating func write(_ number: Int32, signed value: Int64) {
    write(number, varint: UInt64(bitPattern: value))
  }

  /// Writes a `string` field.
  package mutating func write(_ number: Int32, string: String) {
    appendTag(number, .lengthDelimited)
    appendLengthDelimited(string)
  }

  /// Writes a `bytes` field, or a field of an encoded message.
  @inlinable
  package mutating func write(_ number: Int32, bytes: some Collection<UInt8>) {
    appendTag(number, .lengthDelimited)
    appendLengthDelimited(bytes)
  }

  /// Writes a field of a message type, with the content written by `body`.
  @inlinable
  package mutating func write(_ number: Int32, message body: (inout WireWriter) -> Void) {
    appendTag(number, .lengthDelimited)
    appendLengthDelimited(body)
  }

  // MARK: Parts of fields

  /// Appends the tag of a value.
  ///
  /// - Parameter number: The field number, 1 to 536 870 911.
  @inlinable
  package mutating func appendTag(_ number: Int32, _ wireType: WireType) {
    appendVarint(UInt64(UInt32(bitPattern: number)) << 3 | wireType.rawValue)
  }

  /// Appends one to ten bytes of seven bits each, least significant first.
  @inlinable
  package mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      buffer.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    buffer.append(UInt8(rest))
  }

  /// Appends four bytes in little-endian order.
  package mutating func appendFixed32(_ value: UInt32) {
    withUnsafeBytes(of: value.littleEndian) { buffer.append(contentsOf: $0) }
  }

  /// Appends eight bytes in little-endian order.
  package mutating func appendFixed64(_ value: UInt64) {
    withUnsafeBytes(of: value.littleEndian) { buffer.append(contentsOf: $0) }
  }

  /// Appends a length and that many bytes.
  @inlinable
  package mutating func appendLengthDelimited(_ content: some Collection<UInt8>) {
    appendVarint(UInt64(content.count))
    buffer.append(contentsOf: content)
  }

  /// Appends a length and a text in UTF-8.
  package mutating func appendLengthDelimited(_ text: String) {
    var text = text
    text.withUTF8 { appendLengthDelimited($0) }
  }

  /// Appends a length and the bytes written by `body`.
  @inlinable
  package mutating func appendLengthDelimited(_ body: (inout WireWriter) -> Void) {
    var content = WireWriter()
    body(&content)
    appendLengthDelimited(content.bytes)
  }

  /// Appends encoded fields.
  @inlinable
  package mutating func append(_ fields: some Collection<UInt8>) { buffer.append(contentsOf: fields) }
}
