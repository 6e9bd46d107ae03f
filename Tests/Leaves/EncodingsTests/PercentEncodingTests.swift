import Encodings
import SeededRandom
import Testing

@Suite("Percent-encoding")
struct PercentEncodingTests {
  private func decode(_ text: String) -> String {
    String(decoding: PercentEncoding.decode(Array(text.utf8).span), as: UTF8.self)
  }

  // RFC 3986 sections 2.1 to 2.3.
  @Test(
    "keeps unreserved characters, and encodes all others with uppercase digits",
    arguments: [
      ("AZaz09-._~", "AZaz09-._~"), (":/?#[]@!$&'()*+,;=", "%3A%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D"),
      (" ", "%20"), ("100%", "100%25"), ("é", "%C3%A9"), ("\u{0}\u{7F}", "%00%7F"), ("", ""),
    ]
  )
  func vectors(text: String, encoded: String) {
    #expect(PercentEncoding.encode(text) == encoded)
    #expect(decode(encoded) == text)
    #expect(decode(encoded.replacing("%C3%A9", with: "%c3%a9")) == text)
  }

  @Test(
    "decodes invalid escapes as they are",
    arguments: [("%", "%"), ("%4", "%4"), ("%zz%41", "%zzA"), ("%%41", "%A"), ("a%2", "a%2"), ("+", "+")]
  )
  func broken(encoded: String, text: String) {
    #expect(decode(encoded) == text)
  }

  @Test("round-trips any bytes")
  func roundTrip() {
    var generator = SplitMix64(seed: 7)
    for count in 0..<300 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      var encoded: [UInt8] = []
      for byte in bytes { PercentEncoding.append(byte, to: &encoded) }
      #expect(encoded.count == 3 * count)
      #expect(PercentEncoding.decode(encoded.span) == bytes)
    }
  }
}
