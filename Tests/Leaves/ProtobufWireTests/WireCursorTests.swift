import ProtobufWire
import SeededRandom
import Testing

@Suite("A cursor over the protobuf wire format")
struct WireCursorTests {
  // protobuf.dev/programming-guides/encoding, "Base 128 Varints".
  @Test(
    "decodes varints as the writer encodes them",
    arguments: [
      (0, [0]), (1, [1]), (127, [0x7F]), (128, [0x80, 1]), (150, [0x96, 1]), (16_383, [0xFF, 0x7F]),
      (16_384, [0x80, 0x80, 1]), (UInt64(UInt32.max), [0xFF, 0xFF, 0xFF, 0xFF, 0x0F]),
      (.max, [UInt8](repeating: 0xFF, count: 9) + [1]),
    ] as [(UInt64, [UInt8])]
  )
  func varints(value: UInt64, bytes: [UInt8]) throws {
    var writer = WireWriter()
    writer.appendVarint(value)
    #expect(writer.bytes == bytes)
    var cursor = WireCursor(bytes)
    #expect(try cursor.varint() == value)
    #expect(cursor.isAtEnd)
  }

  @Test("reads back values of every wire type")
  func roundTrip() throws {
    var generator = SplitMix64(seed: 3)
    for _ in 0..<2_000 {
      let number = Int32.random(in: 1...536_870_911, using: &generator)
      let value = generator.next() >> UInt64.random(in: 0...63, using: &generator)
      let content = (0..<Int.random(in: 0...200, using: &generator)).map { UInt8(truncatingIfNeeded: $0) }
      var writer = WireWriter()
      writer.appendTag(number, .fixed32)
      writer.appendFixed32(UInt32(truncatingIfNeeded: value))
      writer.appendTag(number, .fixed64)
      writer.appendFixed64(value)
      writer.appendTag(number, .varint)
      writer.appendVarint(value)
      writer.appendTag(number, .lengthDelimited)
      writer.appendLengthDelimited(content)

      var cursor = WireCursor(writer.bytes)
      #expect(try cursor.tag() == WireTag(number: number, wireType: .fixed32))
      #expect(try cursor.fixed32() == UInt32(truncatingIfNeeded: value))
      #expect(try cursor.tag() == WireTag(number: number, wireType: .fixed64))
      #expect(try cursor.fixed64() == value)
      #expect(try cursor.tag() == WireTag(number: number, wireType: .varint))
      #expect(try cursor.varint() == value)
      #expect(try cursor.tag() == WireTag(number: number, wireType: .lengthDelimited))
      let rest = cursor
      #expect(try Array(writer.bytes[cursor.lengthDelimited()]) == content)
      #expect(cursor.isAtEnd)
      var inner = WireCursor(writer.bytes, rest.position..<rest.end)
      #expect(throws: Never.self) { try inner.skipValue(of: WireTag(number: number, wireType: .lengthDelimited)) }
      #expect(inner.isAtEnd)
    }
  }

  @Test("skips values, but none beyond the end of the bytes")
  func skipping() throws {
    var cursor = WireCursor([1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4] as [UInt8])
    try cursor.skipValue(of: WireTag(number: 1, wireType: .fixed64))
    try cursor.skipValue(of: WireTag(number: 1, wireType: .fixed32))
    #expect(cursor.isAtEnd)
    for wireType in [.varint, .fixed64, .lengthDelimited, .groupStart, .fixed32] as [WireType] {
      #expect(throws: WireError.truncated) { try cursor.skipValue(of: WireTag(number: 1, wireType: wireType)) }
    }
    #expect(throws: WireError.groupEndUnexpected) {
      try cursor.skipValue(of: WireTag(number: 1, wireType: .groupEnd))
    }
  }

  // protobuf.dev/programming-guides/encoding, "Signed Integers".
  @Test(
    "encodes and decodes zigzag numbers",
    arguments: [
      (0, 0), (-1, 1), (1, 2), (-2, 3), (0x7FFF_FFFF, 0xFFFF_FFFE), (-0x8000_0000, 0xFFFF_FFFF),
    ] as [(Int32, UInt32)]
  )
  func zigZag(number: Int32, encoded: UInt32) {
    #expect(ZigZag.encode(number) == encoded)
    #expect(ZigZag.decode(encoded) == number)
    #expect(ZigZag.encode(Int64(number)) == UInt64(encoded))
    #expect(ZigZag.decode(UInt64(encoded)) == Int64(number))
    #expect(ZigZag.decode(ZigZag.encode(Int64.min)) == .min)
    #expect(ZigZag.encode(Int64.min) == .max)
  }
}
