import SeededRandom
import Testing

@testable import UnixGRPC

/// Which bytes of header blocks are changed before nghttp2 decodes them.
@Suite("Overlong header strings")
struct HeaderStringShortenerTests {
  private func shortened(_ block: [UInt8], inPiecesOf size: Int = .max) -> (bytes: [UInt8], hasShortened: Bool) {
    var shortener = HeaderStringShortener()
    var output: [UInt8] = []
    var rest = block[...]
    while !rest.isEmpty {
      shortener.take(rest.prefix(size), into: &output)
      rest = rest.dropFirst(size)
    }
    shortener.finish(into: &output)
    return (output, shortener.hasShortened)
  }

  private static let longest = String(repeating: "v", count: HeaderStringShortener.longestString)
  private static let overlong = longest + "v"

  @Test("leave all other blocks unchanged, in pieces of any size", arguments: [1, 2, 3, 7, 100, 20_000])
  func unchanged(size: Int) {
    let blocks: [[UInt8]] = [
      HPACK.encode([("a", "b"), ("content-type", "application/grpc"), ("", ""), ("x", Self.longest)]),
      // Indexed; with the table's size; literals of all kinds, with an indexed name and without; a long index.
      [
        0x82, 0xFF, 0x80, 0x01, 0x3F, 0xE1, 0x1F, 0x41, 0x01, 0x61, 0x7F, 0x05, 0x01, 0x61, 0x0F, 0x2F, 0x00, 0x10,
        0x01,
      ],
      [0x10, 0x01, 0x61, 0x82, 0xFF, 0xFF, 0x40, 0x01, 0x61, 0x00],
    ]
    for block in blocks {
      let result = shortened(block, inPiecesOf: size)
      #expect(result.bytes == block)
      #expect(!result.hasShortened)
    }
  }

  @Test("become shorter ones that are larger than the dynamic table", arguments: [1, 5, 16_384])
  func overlong(size: Int) throws {
    let fields = [("before", "1"), ("x", Self.overlong), (Self.overlong, "y"), ("after", "2")]
    let result = shortened(HPACK.encode(fields), inPiecesOf: size)
    #expect(result.hasShortened)
    let decoded = try HPACK.decode(result.bytes)
    #expect(decoded.map(\.name.utf8.count) == [6, 1, 4096, 5])
    #expect(decoded.map(\.value.utf8.count) == [1, 4096, 1, 1])
  }

  @Test("that are cut off leave a block that is malformed")
  func truncated() {
    let block = HPACK.encode([("x", Self.overlong)])
    for length in [1, 4, 5, 6, 100, block.count - 1] {
      let result = shortened(Array(block.prefix(length)))
      #expect(throws: HPACK.Malformed.self) { try HPACK.decode(result.bytes) }
    }
  }

  @Test("whose length is no number that HPACK allows are left to nghttp2")
  func absurdLength() {
    let block: [UInt8] = [0x00, 0x01, 0x61, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0x62]
    #expect(shortened(block).bytes == block)
    #expect(shortened(block, inPiecesOf: 1).bytes == block)
  }

  @Test("or not, any bytes at all pass without a trap", arguments: [1, 2, 3] as [UInt64])
  func random(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for _ in 0..<2000 {
      let block = generator.bytes(upTo: 60, of: [0x00, 0x01, 0x10, 0x3F, 0x40, 0x7F, 0x80, 0x82, 0xFF, 0x61])
      let whole = shortened(block)
      #expect(shortened(block, inPiecesOf: 1).bytes == whole.bytes)
      if !whole.hasShortened { #expect(whole.bytes == block) }
    }
  }
}
