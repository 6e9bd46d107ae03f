import MessageDigest
import Testing

@Suite("SHA-256")
struct SHA256Tests {
  @Test(
    "matches the examples of FIPS 180-4 and NIST's long message",
    arguments: [
      ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ]
  )
  func knownAnswers(text: String, repeated: Int, expected: String) {
    let words = SHA256.hash(Array(String(repeating: text, count: repeated).utf8))
    let hex = [words.0, words.1, words.2, words.3].map {
      String(repeating: "0", count: $0.leadingZeroBitCount / 4 - ($0 == 0 ? 1 : 0)) + String($0, radix: 16)
    }
    #expect(hex.joined() == expected)
  }
}
