/// Reads protobuf's wire format from bytes that outlive it.
///
/// Source: the encoding page of protobuf's documentation.
struct WireReader {
  var position: UnsafePointer<UInt8>
  let end: UnsafePointer<UInt8>

  var isAtEnd: Bool { position == end }

  /// A varint of at most `limit` bytes; nil with the reader at its end when the bytes run out, elsewhere when the
  /// varint is too long.
  @inline(__always)
  mutating func varint(limit: Int = 10) -> UInt64? {
    if position < end, position.pointee < 0x80 {
      let byte = position.pointee
      position += 1
      return UInt64(byte)
    }
    return longVarint(limit: limit)
  }

  private mutating func longVarint(limit: Int) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    for _ in 0..<limit {
      if position == end { return nil }
      let byte = position.pointee
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    // Not the end of the bytes, even where the overlong varint is the last thing in them.
    position = end - 1
    return nil
  }

  @inline(__always)
  mutating func skip(_ count: Int) -> Bool {
    if end - position < count {
      position = end
      return false
    }
    position += count
    return true
  }
}
