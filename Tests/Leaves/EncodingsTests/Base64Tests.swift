import Encodings
import SeededRandom
import Testing

@Suite("Base64")
struct Base64Tests {
  // RFC 4648 section 10.
  @Test(
    "encodes with and without padding, and decodes both",
    arguments: [
      ("", "", ""), ("f", "Zg", "=="), ("fo", "Zm8", "="), ("foo", "Zm9v", ""), ("foob", "Zm9vYg", "=="),
      ("fooba", "Zm9vYmE", "="), ("foobar", "Zm9vYmFy", ""),
    ]
  )
  func vectors(text: String, encoded: String, padding: String) {
    #expect(Base64.encode(Array(text.utf8)) == Array(encoded.utf8))
    #expect(Base64.paddedText(Array(text.utf8)) == encoded + padding)
    #expect(Base64.decode(encoded) == Array(text.utf8))
    #expect(Base64.decode(encoded + padding) == Array(text.utf8))
  }

  @Test("encodes in the standard alphabet, and decodes that of URLs only if asked to")
  func alphabets() {
    let bytes: [UInt8] = [0xFB, 0xEF, 0xBE, 0xFF, 0xFF, 0xFF]
    #expect(Base64.paddedText(bytes) == "++++////")
    for text in ["++++////", "----____", "+-+-/_/_"] {
      #expect(Base64.decode(text, alphabet: .standardOrURL) == bytes)
    }
    #expect(Base64.decode("----____") == nil)
  }

  @Test("round-trips any bytes, in both alphabets")
  func roundTrip() {
    var generator = SplitMix64(seed: 1)
    for count in 0..<300 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(Base64.decode(Base64.encode(bytes).span) == bytes)
      let text = Base64.paddedText(bytes)
      #expect(Base64.decode(text) == bytes)
      let url = text.replacing("=", with: "").replacing("+", with: "-").replacing("/", with: "_")
      #expect(Base64.decode(url, alphabet: .standardOrURL) == bytes)
    }
  }

  @Test("rejects invalid base64", arguments: ["a", "a===", "ab=c", "abc-", "ab cd", "====", "=", "abcd=", "Zg="])
  func refused(text: String) {
    #expect(Base64.decode(text) == nil)
  }

  @Test("of hostile bytes is rejected or round-trips", arguments: [5, 6] as [UInt64])
  func hostile(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let characters = Array("ABCDwxyz0189+/=, \u{E9}".utf8)
    for _ in 0..<2_000 {
      let count = Int.random(in: 0...24, using: &generator)
      let text = (0..<count).map { _ in characters.randomElement(using: &generator) ?? 0 }
      guard let decoded = Base64.decode(text.span) else { continue }
      #expect(Base64.decode(Base64.encode(decoded).span) == decoded)
      #expect(decoded.count == text.prefix { $0 != UInt8(ascii: "=") }.count * 3 / 4)
    }
  }
}
