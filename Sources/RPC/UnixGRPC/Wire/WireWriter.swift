/// Writes protocol buffer fields in the order in which they are given.
///
/// It leaves out nothing by itself: a caller that wants proto3's implicit presence does not write a default value.
/// Source: protobuf.dev/programming-guides/encoding.
package struct WireWriter {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func write(_ number: Int, varint value: UInt64) {
    appendTag(number, wireType: 0)
    appendVarint(value)
  }

  /// An `int32` or `int64` field: negative values take ten bytes.
  package mutating func write(_ number: Int, signed value: Int64) {
    write(number, varint: UInt64(bitPattern: value))
  }

  package mutating func write(_ number: Int, string: String) {
    var string = string
    string.withUTF8 { appendDelimited(number, $0) }
  }

  package mutating func write(_ number: Int, bytes: some Collection<UInt8>) {
    appendDelimited(number, bytes)
  }

  /// An embedded message, written by `body`.
  package mutating func write(_ number: Int, message body: (inout WireWriter) -> Void) {
    var message = WireWriter()
    body(&message)
    appendDelimited(number, message.bytes)
  }

  private mutating func appendDelimited(_ number: Int, _ payload: some Collection<UInt8>) {
    appendTag(number, wireType: 2)
    appendVarint(UInt64(payload.count))
    bytes.append(contentsOf: payload)
  }

  private mutating func appendTag(_ number: Int, wireType: UInt64) {
    appendVarint(UInt64(number) << 3 | wireType)
  }

  private mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
