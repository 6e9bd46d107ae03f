/// A position in the bytes of a message, from which tags and values are read sequentially.
///
/// Follows protobuf's own parsers: bits of a varint beyond the 64th are dropped, and tags and lengths take at most five
/// bytes. Generic over its bytes; the attributes allow specialization in each module that uses it.
/// Source: protobuf.dev/programming-guides/encoding.
@usableFromInline
package struct WireCursor<Bytes: RandomAccessCollection> where Bytes.Element == UInt8, Bytes.Index == Int {
  /// The maximum nesting of groups, as in other implementations.
  @inlinable
  package static var maximumGroupDepth: Int { 100 }

  /// All bytes, read and unread.
  @usableFromInline package let bytes: Bytes
  /// The index of the next byte to read.
  @usableFromInline package var position: Int
  /// The index after the last byte to read.
  @usableFromInline package let end: Int

  /// Starts at the first byte.
  @inlinable
  package init(_ bytes: Bytes) { self.init(bytes, bytes.startIndex..<bytes.endIndex) }

  /// Creates a cursor over a part of `bytes`, such as the content of a length-delimited field.
  @inlinable
  package init(_ bytes: Bytes, _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// Whether all bytes have been read.
  @inlinable
  package var isAtEnd: Bool { position == end }

  /// The unread bytes.
  @inlinable
  package var remainder: Bytes.SubSequence { bytes[position..<end] }

  /// Reads a varint of at most ten bytes.
  @inlinable @inline(__always)
  package mutating func varint() throws(WireError) -> UInt64 { try varint(ofAtMost: 10) }

  /// Reads a tag of at most five bytes.
  @inlinable @inline(__always)
  package mutating func tag() throws(WireError) -> WireTag {
    let tag = try varint(ofAtMost: 5)
    guard tag >> 3 != 0, tag <= UInt32.max else { throw .fieldNumberInvalid }
    guard let wireType = WireType(rawValue: tag & 7) else { throw .wireTypeInvalid }
    return WireTag(number: Int32(truncatingIfNeeded: tag >> 3), wireType: wireType)
  }

  /// Reads four bytes in little-endian order.
  @inlinable
  package mutating func fixed32() throws(WireError) -> UInt32 { UInt32(truncatingIfNeeded: try fixed(byteCount: 4)) }

  /// Reads eight bytes in little-endian order.
  @inlinable
  package mutating func fixed64() throws(WireError) -> UInt64 { try fixed(byteCount: 8) }

  /// Reads the length of a length-delimited field and skips its content. Returns the range of the content.
  @inlinable @inline(__always)
  package mutating func lengthDelimited() throws(WireError) -> Range<Int> {
    let count = try varint(ofAtMost: 5)
    // Compared before adding, so that no length can overflow. Messages and fields are limited to 2 GiB.
    guard count <= UInt64(Int32.max), Int(count) <= end - position else { throw .truncated }
    let content = position..<position + Int(count)
    position = content.upperBound
    return content
  }

  /// Skips `byteCount` bytes.
  @inlinable @inline(__always)
  package mutating func skip(byteCount: Int) throws(WireError) {
    guard byteCount <= end - position else { throw .truncated }
    position += byteCount
  }

  /// Skips the value that follows a tag; a group with all of its content.
  @inlinable
  package mutating func skipValue(of tag: WireTag) throws(WireError) {
    switch tag.wireType {
    case .varint: _ = try varint()
    case .fixed64: try skip(byteCount: 8)
    case .lengthDelimited: _ = try lengthDelimited()
    case .fixed32: try skip(byteCount: 4)
    case .groupStart: try skipGroup(number: tag.number)
    case .groupEnd: throw .groupEndUnexpected
    }
  }

  @inlinable
  mutating func skipGroup(number: Int32) throws(WireError) {
    var open = [number]
    while let innermost = open.last {
      let tag = try tag()
      switch tag.wireType {
      case .groupStart:
        guard open.count < Self.maximumGroupDepth else { throw .nestingTooDeep }
        open.append(tag.number)
      case .groupEnd:
        guard tag.number == innermost else { throw .groupEndUnexpected }
        open.removeLast()
      default: try skipValue(of: tag)
      }
    }
  }

  @inlinable @inline(__always)
  mutating func varint(ofAtMost limit: Int) throws(WireError) -> UInt64 {
    if position < end {
      let byte = bytes[position]
      if byte < 0x80 {
        position += 1
        return UInt64(byte)
      }
    }
    return try longVarint(ofAtMost: limit)
  }

  @inlinable @inline(never)
  mutating func longVarint(ofAtMost limit: Int) throws(WireError) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<limit {
      guard position < end else { throw .truncated }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) &<< UInt64(7 * index)
      if byte < 0x80 { return value }
    }
    throw .varintTooLong
  }

  @inlinable
  mutating func fixed(byteCount: Int) throws(WireError) -> UInt64 {
    guard byteCount <= end - position else { throw .truncated }
    var value: UInt64 = 0
    for offset in 0..<byteCount { value |= UInt64(bytes[position + offset]) &<< UInt64(8 * offset) }
    position += byteCount
    return value
  }
}
