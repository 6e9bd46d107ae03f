import Ledger
import Testing

@Suite("Exact text")
struct ExactTextTests {
  @Test("is equal only byte by byte, at every length and offset")
  func bytes() {
    for length in 0...40 {
      let text = String(repeating: "a", count: length)
      #expect(ExactText(text) == ExactText(text))
      #expect(ExactText(text).hashValue == ExactText(text).hashValue)
      #expect(ExactText(text) != ExactText(text + "a"))
      for place in 0..<length {
        var other = Array(text.utf8)
        other[place] = UInt8(ascii: "b")
        #expect(ExactText(text) != ExactText(String(decoding: other, as: UTF8.self)))
      }
    }
  }

  @Test("distinguishes two encodings of the same letter")
  func canonicalEquivalence() {
    #expect("k\u{301}" == "\u{1E31}")
    #expect(ExactText("k\u{301}") != ExactText("\u{1E31}"))
    #expect(IdempotencyKey(caller: "c", key: "k\u{301}") != IdempotencyKey(caller: "c", key: "\u{1E31}"))
    #expect(WalletID("k\u{301}") != WalletID("\u{1E31}"))
    let (aa, reordered) = ("a\u{323}\u{307}", "a\u{307}\u{323}")
    #expect(aa == reordered)
    #expect(ExactText(aa) != ExactText(reordered))
  }
}
