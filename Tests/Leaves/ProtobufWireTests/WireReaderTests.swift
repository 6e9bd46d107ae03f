import ProtobufWire
import SeededRandom
import Testing

@Suite("Fields in the protobuf wire format")
struct WireReaderTests {
  private func fields(_ bytes: ArraySlice<UInt8>) throws(WireError) -> [WireField] {
    var reader = WireReader(bytes)
    var fields: [WireField] = []
    while let field = try reader.next() { fields.append(field) }
    return fields
  }

  private func fields(_ bytes: [UInt8]) throws(WireError) -> [WireField] { try fields(bytes[...]) }

  @Test("are read back as written")
  func roundTrip() throws {
    var writer = WireWriter()
    writer.write(1, varint: .max)
    writer.write(2, signed: -1)
    writer.write(536_870_911, string: "héllo")
    writer.write(4) { $0.write(1, bytes: [9, 8]) }
    let read = try fields(writer.bytes)
    #expect(
      read == [
        WireField(number: 1, value: .varint(.max)),
        WireField(number: 2, value: .varint(.max)),
        WireField(number: 536_870_911, value: .lengthDelimited(Array("héllo".utf8)[...])),
        WireField(number: 4, value: .lengthDelimited([0x0A, 2, 9, 8])),
      ]
    )
    #expect(read.map(\.varint) == [.max, .max, nil, nil])
    #expect(read.map(\.string) == [nil, nil, "héllo", "\n\u{2}\t\u{8}"])
    #expect(read.map(\.bytes)[..<2] == [nil, nil])
  }

  @Test("match the examples of protobuf's documentation")
  func documentation() throws {
    #expect(try fields([0x08, 0x96, 0x01]) == [WireField(number: 1, value: .varint(150))])
    let testing = [UInt8]([0x12, 0x07]) + Array("testing".utf8)
    #expect(try fields(testing).map(\.string) == ["testing"])
    #expect(try fields([0x1A, 0x03, 0x08, 0x96, 0x01]).map(\.bytes) == [[0x08, 0x96, 0x01]])
    var writer = WireWriter()
    writer.write(1, varint: 150)
    #expect(writer.bytes == [0x08, 0x96, 0x01])
    writer = WireWriter()
    writer.write(2, string: "testing")
    #expect(writer.bytes == testing)
  }

  @Test("have fixed-size values in little-endian order")
  func fixed() throws {
    #expect(
      try fields([0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0x0D, 1, 2, 3, 0xFF]) == [
        WireField(number: 1, value: .fixed64(0x0807_0605_0403_0201)),
        WireField(number: 1, value: .fixed32(0xFF03_0201)),
      ]
    )
  }

  @Test("exclude whole groups")
  func groups() throws {
    let group: [UInt8] = [0x0B, 0x10, 5, 0x1B, 0x1C, 0x0C]
    #expect(try fields(group + [0x10, 7]) == [WireField(number: 2, value: .varint(7))])
  }

  @Test("lie between the reader's positions before and after them")
  func positions() throws {
    let bytes: [UInt8] = [9, 9, 0x08, 0x96, 0x01, 0x12, 1, 7, 9]
    var reader = WireReader(bytes[2..<8])
    var positions = [reader.position]
    while try reader.next() != nil { positions.append(reader.position) }
    #expect(positions == [2, 5, 8])
  }

  @Test(
    "are rejected if malformed",
    arguments: [
      ([0x08], .truncated), ([0x80], .truncated), ([0x09, 1, 2], .truncated), ([0x0D, 1], .truncated),
      ([0x0A, 2, 1], .truncated), ([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 7], .truncated),
      ([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], .truncated),
      ([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], .varintTooLong),
      ([0x08] + [UInt8](repeating: 0x80, count: 10) + [0], .varintTooLong),
      ([0x88, 0x80, 0x80, 0x80, 0x80, 0, 1], .varintTooLong),
      ([0x00, 1], .fieldNumberInvalid), ([0x80, 0x80, 0x80, 0x80, 0x10, 1], .fieldNumberInvalid),
      ([0x0E, 1], .wireTypeInvalid), ([0x0F, 1], .wireTypeInvalid), ([0x0C], .groupEndUnexpected),
      ([0x0B], .truncated), ([0x0B, 0x14], .groupEndUnexpected), ([0x0B, 0x08], .truncated),
      ([UInt8](repeating: 0x0B, count: 101), .nestingTooDeep),
    ] as [([UInt8], WireError)]
  )
  func refused(bytes: [UInt8], error: WireError) {
    #expect(throws: error) { try fields(bytes) }
  }

  @Test("may nest groups up to the limit")
  func deepestGroups() throws {
    let groups = [UInt8](repeating: 0x0B, count: 100) + [UInt8](repeating: 0x0C, count: 100)
    #expect(try fields(groups).isEmpty)
  }

  @Test("allow varints and tags of the maximum length, and drop bits beyond the 64th")
  func longestVarint() throws {
    let tag: [UInt8] = [0x88, 0x80, 0x80, 0x80, 0]
    for last: UInt8 in [1, 3, 0x7F] {
      let bytes = tag + [UInt8](repeating: 0xFF, count: 9) + [last]
      #expect(try fields(bytes) == [WireField(number: 1, value: .varint(.max))])
    }
  }
}

extension WireReaderTests {
  /// Short fields, as in real messages, so that random bytes get past the first tag.
  private static let likelyBytes: [UInt8] = [0, 1, 2, 3, 4, 5, 8, 10, 11, 12, 13, 18, 26, 34, 42, 50, 58, 128, 255]

  @Test("of hostile bytes end in an error, or are the same when read from a slice", arguments: [1, 2] as [UInt64])
  func hostile(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for _ in 0..<2_000 {
      let count = Int.random(in: 0...40, using: &generator)
      let bytes = (0..<count).map { _ in Self.likelyBytes.randomElement(using: &generator) ?? 0 }
      let whole = Result { () throws(WireError) in try fields(bytes) }
      let slice = Result { () throws(WireError) in try fields(([9, 9, 9] + bytes)[3...]) }
      #expect(whole == slice)
      if case .success(let read) = whole { #expect(read.count * 2 <= bytes.count) }
    }
  }

  @Test("of a message truncated at any byte end in an error, or are those before the cut")
  func cut() throws {
    var writer = WireWriter()
    writer.write(1, varint: .max)
    writer.write(2, string: "some text")
    writer.write(300) { $0.write(1, signed: -1) }
    let whole = try fields(writer.bytes)
    for count in 0..<writer.bytes.count {
      do {
        let cut = try fields(writer.bytes[..<count])
        #expect(cut == Array(whole[..<cut.count]))
      } catch {
        #expect(error == .truncated)
      }
    }
  }
}
