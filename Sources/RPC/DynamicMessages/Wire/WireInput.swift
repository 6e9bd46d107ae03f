/// Walks protobuf's wire format.
///
/// Source: protobuf.dev/programming-guides/encoding.
struct WireInput {
  enum WireType: UInt64 {
    case varint, fixed64, delimited, groupStart, groupEnd, fixed32
  }

  struct Tag {
    var number: Int32
    var wireType: WireType
  }

  private let bytes: [UInt8]
  private(set) var position: Int
  private let end: Int

  init(_ bytes: [UInt8]) {
    self.init(bytes, 0..<bytes.count)
  }

  private init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  var isAtEnd: Bool { position == end }

  /// The bytes from a position that was passed up to this one.
  func bytes(from start: Int) -> [UInt8] { Array(bytes[start..<position]) }

  mutating func tag() throws(WireDecodingError) -> Tag {
    let tag = try varint()
    guard (1...536_870_911).contains(tag >> 3) else { throw WireDecodingError(reason: .fieldNumberInvalid) }
    guard let wireType = WireType(rawValue: tag & 7) else { throw WireDecodingError(reason: .wireTypeInvalid) }
    return Tag(number: Int32(tag >> 3), wireType: wireType)
  }

  mutating func varint() throws(WireDecodingError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard position < end else { throw WireDecodingError(reason: .truncated) }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw WireDecodingError(reason: .varintTooLong)
  }

  mutating func fixed32() throws(WireDecodingError) -> UInt32 {
    UInt32(truncatingIfNeeded: try fixed(byteCount: 4))
  }

  mutating func fixed64() throws(WireDecodingError) -> UInt64 {
    try fixed(byteCount: 8)
  }

  private mutating func fixed(byteCount: Int) throws(WireDecodingError) -> UInt64 {
    guard end - position >= byteCount else { throw WireDecodingError(reason: .truncated) }
    defer { position += byteCount }
    return (0..<byteCount).reduce(0) { $0 | UInt64(bytes[position + $1]) << UInt64(8 * $1) }
  }

  /// The content of a length-delimited field, to be walked by itself.
  mutating func delimited() throws(WireDecodingError) -> WireInput {
    let count = try varint()
    // Compared before it is converted: a length of 2^64 - 1 must not trap.
    guard count <= UInt64(end - position) else { throw WireDecodingError(reason: .truncated) }
    let range = position..<position + Int(count)
    position = range.upperBound
    return WireInput(bytes, range)
  }

  /// What is left.
  var remainder: ArraySlice<UInt8> { bytes[position..<end] }

  /// Passes over the value that follows a tag.
  mutating func skip(_ tag: Tag, depth: Int = 0) throws(WireDecodingError) {
    switch tag.wireType {
    case .varint: _ = try varint()
    case .fixed64: _ = try fixed64()
    case .delimited: _ = try delimited()
    case .fixed32: _ = try fixed32()
    case .groupEnd: throw WireDecodingError(reason: .groupEndUnexpected)
    case .groupStart:
      guard depth < NestingLimit.messages else { throw WireDecodingError(reason: .tooDeep) }
      while true {
        let inner = try self.tag()
        if inner.wireType == .groupEnd {
          guard inner.number == tag.number else { throw WireDecodingError(reason: .groupEndUnexpected) }
          return
        }
        try skip(inner, depth: depth + 1)
      }
    }
  }
}
