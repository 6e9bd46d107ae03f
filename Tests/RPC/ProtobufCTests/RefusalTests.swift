import SeededRandom
import TestMessages
import Testing

@testable import ProtobufC

@Suite("Bytes that are not a message")
struct RefusalTests {
  func refusal<Message: ProtobufMessage>(of bytes: [UInt8], as type: Message.Type) -> MessageDecodingError? {
    do throws(MessageDecodingError) {
      _ = try Message(serializedBytes: bytes)
      return nil
    } catch {
      return error
    }
  }

  @Test(
    "are refused where they end too early",
    arguments: [
      ([0x08], ""), ([0x18], "int32_value"), ([0x18, 0x80], "int32_value"), ([0x80], ""), ([0x72], "string_value"),
      ([0x72, 5, 0x61], "string_value"), ([0x4D, 1, 2, 3], "fixed32_value"),
      ([0x51, 1, 2, 3, 4, 5, 6, 7], "fixed64_value"), ([0x72, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], "string_value"),
      ([0xD8, 0x3E], ""), ([0x1B], "int32_value"), ([0x1B, 0x18, 0], "int32_value"), ([0xDB, 0x3E], ""),
    ] as [([UInt8], String)]
  )
  func truncated(bytes: [UInt8], path: String) {
    // Field 1 is a double, so a varint there is truncated rather than of the wrong type.
    let error = refusal(of: bytes, as: Scalars.self)
    #expect(error?.reason == .truncated)
    #expect(error?.fieldPath == (bytes == [0x08] ? "double_value" : path))
  }

  @Test(
    "are refused where they are not in the wire format",
    arguments: [
      [0x00], [0x02, 0x00], [0x1C], [0x1B, 0x24], [0x1E, 0], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
      [0x18] + [UInt8](repeating: 0xFF, count: 10) + [0x01],
    ] as [[UInt8]]
  )
  func malformed(bytes: [UInt8]) {
    #expect(refusal(of: bytes, as: Scalars.self)?.reason == .malformed)
  }

  @Test("are refused if groups nest too deep, in known and unknown fields")
  func deepGroups() {
    for tag in [WireBytes.varint(3 << 3 | 3), WireBytes.varint(500 << 3 | 3)] {
      let bytes = [UInt8]((0..<200_000).map { _ in tag }.joined())
      #expect(refusal(of: bytes, as: Scalars.self)?.reason == .tooDeep)
    }
  }

  @Test("are refused if packed elements are truncated")
  func packed() {
    #expect(refusal(of: WireBytes.field(3, [0x80]), as: Lists.self)?.fieldPath == "int32s[0]")
    #expect(refusal(of: WireBytes.field(9, [1, 2, 3, 4, 5]), as: Lists.self)?.reason == .truncated)
    #expect(refusal(of: WireBytes.field(10, [1, 2, 3, 4]), as: Lists.self)?.reason == .truncated)
    #expect(refusal(of: WireBytes.field(3, []), as: Lists.self) == nil)
  }

  @Test("are refused if a string holds U+0000, anywhere in it")
  func nul() {
    for position in 0..<20 {
      var text = [UInt8](repeating: 0x61, count: 20)
      text[position] = 0
      #expect(refusal(of: WireBytes.field(14, text), as: Scalars.self)?.reason == .nulInString)
    }
    #expect(refusal(of: WireBytes.field(15, [0, 0]), as: Scalars.self) == nil)
  }

  @Test(
    "are refused where a string is not UTF-8",
    arguments: [
      [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
      [0xE1, 0x80], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xEF, 0xBF, 0x41], [0xF0, 0x80, 0x80, 0x80],
      [0xF0, 0x8F, 0xBF, 0xBF], [0xF1, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
    ] as [[UInt8]]
  )
  func invalidUTF8(bytes: [UInt8]) {
    for padding in [0, 7, 8, 9] {
      let text = [UInt8](repeating: 0x61, count: padding) + bytes
      #expect(refusal(of: WireBytes.field(14, text), as: Scalars.self)?.reason == .invalidUTF8)
    }
  }

  @Test(
    "are not refused for text at UTF-8's bounds",
    arguments: [
      "\u{7F}", "\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}", "\u{10FFFF}",
    ]
  )
  func boundaryText(text: String) throws {
    for padding in [0, 7, 8, 9] {
      let text = String(repeating: "a", count: padding) + text + "z"
      #expect(try Scalars(serializedBytes: WireBytes.field(14, Array(text.utf8))).stringValue == text)
    }
  }

  @Test("name the field at fault by its path, with the index of a repeated field")
  func paths() {
    let bad = WireBytes.field(1, [0xFF])
    let good = WireBytes.field(4, WireBytes.field(1, [0x61])) + WireBytes.field(1, [0x62])
    let second = refusal(of: good + WireBytes.field(4, WireBytes.field(2, bad)), as: Tree.self)
    #expect(second?.fieldPath == "branches[1].left.name")
    #expect(second?.description == "branches[1].left.name is not valid UTF-8")
    let key = refusal(of: WireBytes.field(5, bad), as: Tree.self)
    #expect(key?.fieldPath == "named[0].key")
  }

  @Test("are refused within fields that a later one would replace")
  func replaced() {
    let bytes = WireBytes.field(14, [0xFF]) + WireBytes.field(14, [0x61])
    #expect(refusal(of: bytes, as: Scalars.self)?.reason == .invalidUTF8)
  }

  @Test("are refused in a part of a split message, and in a oneof member that is replaced")
  func parts() {
    let bad = WireBytes.field(2, WireBytes.field(1, [0xFF]))
    #expect(refusal(of: WireBytes.field(2, []) + bad, as: Tree.self)?.fieldPath == "left.name")
    let dropped = WireBytes.field(6, WireBytes.field(14, [0xFF])) + WireBytes.field(2, varint: 1)
    #expect(refusal(of: dropped, as: Choice.self)?.fieldPath == "scalars.string_value")
  }

  @Test("with one byte changed decode to something or are refused, and never crash")
  func mutations() throws {
    var random = SplitMix64(seed: 42)
    let golden = [
      try GoldenTests.bytes(listsGolden), try GoldenTests.bytes(mapsGolden), try GoldenTests.bytes(treeGolden),
    ]
    var decoded = 0
    for round in 0..<9000 {
      var bytes = golden[round % golden.count]
      for _ in 0...(round % 3) {
        bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
      }
      if round % 5 == 0 { bytes.removeLast(Int(random.next() % UInt64(bytes.count))) }
      decoded +=
        try reencodes(bytes, as: Lists.self) + reencodes(bytes, as: Maps.self) + reencodes(bytes, as: Tree.self)
    }
    #expect(decoded > 300)
  }

  /// Returns 1 if `bytes` decode, and checks that the message survives a round trip.
  private func reencodes<Message: ProtobufMessage>(_ bytes: [UInt8], as type: Message.Type) throws -> Int {
    guard let message = try? Message(serializedBytes: bytes) else { return 0 }
    let again = try message.serializedBytes()
    #expect(try Message(serializedBytes: again).serializedBytes() == again)
    return 1
  }
}
