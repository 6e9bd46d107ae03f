import Encodings
import Testing

@Suite("Hexadecimal")
struct HexadecimalTests {
  // RFC 4648 section 10, in lowercase.
  @Test(
    "has two digits per byte",
    arguments: [
      ("", ""), ("f", "66"), ("fo", "666f"), ("foo", "666f6f"), ("foob", "666f6f62"), ("fooba", "666f6f6261"),
      ("foobar", "666f6f626172"), ("\u{0}\u{F}", "000f"),
    ]
  )
  func vectors(text: String, digits: String) {
    #expect(Hexadecimal.text(text.utf8) == digits)
    #expect(Hexadecimal.bytes(digits) == Array(text.utf8))
    #expect(Hexadecimal.bytes(digits.uppercased()) == Array(text.utf8))
  }

  @Test("round-trips every byte")
  func everyByte() {
    let bytes = Array(0...255 as ClosedRange<UInt8>)
    #expect(Hexadecimal.bytes(Hexadecimal.text(bytes)) == bytes)
  }

  @Test(
    "of a number has the requested number of digits",
    arguments: [
      (0, 8, "00000000"), (0xBAD_CAFE, 8, "0badcafe"), (0xFEED_0BAD_CAFE, 8, "0badcafe"),
      (.max, 16, "ffffffffffffffff"),
      (1, 16, "0000000000000001"), (0x7F, 4, "007f"), (5, 0, ""),
    ] as [(UInt64, Int, String)]
  )
  func numbers(number: UInt64, digitCount: Int, digits: String) {
    #expect(Hexadecimal.text(number, digitCount: digitCount) == digits)
  }

  @Test(
    "rejects half a byte, signs, spaces and other digits",
    arguments: ["0", "000", "+f", "-1", " 1", "0x", "gg", "٣٣"]
  )
  func refused(text: String) {
    #expect(Hexadecimal.bytes(text) == nil)
  }
}
