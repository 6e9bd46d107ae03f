import Testing

@testable import UnixGRPC

@Suite("The gzip codec")
struct GzipCodecTests {
  /// The output of `printf hello | gzip -n`.
  private let hello: [UInt8] = [
    0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x86, 0xA6, 0x10, 0x36, 5, 0, 0,
    0,
  ]

  @Test("round-trips, repeatedly")
  func roundTrip() throws {
    let codec = GzipCodec()
    for count in [0, 1, 5, 1000, 16_384, 16_385, 1_000_000] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 5) }
      let compressed = codec.compress(bytes)
      #expect(compressed[..<2] == [0x1F, 0x8B])
      #expect(try codec.decompress(compressed, maximumByteCount: count) == bytes)
    }
  }

  @Test("decompresses gzip's output, including several concatenated members")
  func members() throws {
    let codec = GzipCodec()
    #expect(try codec.decompress(hello, maximumByteCount: 5) == Array("hello".utf8))
    #expect(try codec.decompress(hello + hello, maximumByteCount: 10) == Array("hellohello".utf8))
  }

  @Test("stops a bomb at the limit")
  func bomb() {
    let codec = GzipCodec()
    let bomb = codec.compress([UInt8](repeating: 0, count: 50_000_000))
    #expect(bomb.count < 300_000)
    for maximum in [0, 1, 16_383, 16_384, 1_000_000, 49_999_999] {
      #expect(throws: GzipError.outputTooLarge(maximum: maximum)) {
        try codec.decompress(bomb, maximumByteCount: maximum)
      }
    }
    #expect(throws: GzipError.outputTooLarge(maximum: 4)) { try codec.decompress(hello, maximumByteCount: 4) }
    #expect(GzipError.outputTooLarge(maximum: 4).status.code == .resourceExhausted)
  }

  @Test("rejects truncated, damaged or trailing bytes, and can be used afterwards")
  func corrupt() throws {
    let codec = GzipCodec()
    for count in 0..<hello.count {
      #expect(throws: GzipError.corrupt) { try codec.decompress(Array(hello[..<count]), maximumByteCount: 100) }
    }
    var damaged = hello
    damaged[18] ^= 1
    #expect(throws: GzipError.corrupt) { try codec.decompress(damaged, maximumByteCount: 100) }
    #expect(throws: GzipError.corrupt) { try codec.decompress(hello + [0], maximumByteCount: 100) }
    #expect(throws: GzipError.corrupt) { try codec.decompress(Array("plain".utf8), maximumByteCount: 100) }
    #expect(try codec.decompress(hello, maximumByteCount: 100) == Array("hello".utf8))
  }
}
