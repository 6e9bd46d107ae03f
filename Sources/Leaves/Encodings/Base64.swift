/// Base64 encoding and decoding (RFC 4648).
package enum Base64 {
  /// The alphabets accepted for decoding.
  package enum Alphabet: Sendable {
    /// Section 4: `+` and `/`.
    case standard
    /// The standard alphabet, that of URLs and file names (section 5: `-` and `_`), or a mixture of both.
    case standardOrURL
  }

  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Encodes bytes in the standard alphabet, without padding.
  package static func encode(_ bytes: [UInt8]) -> [UInt8] {
    var encoded: [UInt8] = []
    encoded.reserveCapacity((bytes.count + 2) / 3 * 4)
    var pending: UInt32 = 0
    var pendingBits = 0
    for byte in bytes {
      pending = pending << 8 | UInt32(byte)
      pendingBits += 8
      while pendingBits >= 6 {
        pendingBits -= 6
        encoded.append(digits[Int(pending >> UInt32(pendingBits) & 63)])
      }
      pending &= 63
    }
    if pendingBits > 0 { encoded.append(digits[Int(pending << UInt32(6 - pendingBits) & 63)]) }
    return encoded
  }

  /// Encodes bytes in the standard alphabet, padded with `=` to a multiple of four characters.
  package static func paddedText(_ bytes: [UInt8]) -> String {
    var encoded = encode(bytes)
    while encoded.count % 4 != 0 { encoded.append(UInt8(ascii: "=")) }
    return String(decoding: encoded, as: UTF8.self)
  }

  /// Decodes text with or without padding; returns nil if a character is outside the alphabet or the length is invalid.
  /// Excess bits of the last character are ignored.
  package static func decode(_ encoded: Span<UInt8>, alphabet: Alphabet = .standard) -> [UInt8]? {
    var count = encoded.count
    if count % 4 == 0 {
      // Padding is valid only in the last group of four.
      for _ in 0..<2 where count > 0 && encoded[count - 1] == UInt8(ascii: "=") { count -= 1 }
    }
    guard count % 4 != 1 else { return nil }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(count * 3 / 4)
    var pending: UInt32 = 0
    var pendingBits = 0
    for index in 0..<count {
      guard let sextet = sextet(encoded[index], alphabet) else { return nil }
      pending = pending << 6 | sextet
      pendingBits += 6
      if pendingBits >= 8 {
        pendingBits -= 8
        decoded.append(UInt8(truncatingIfNeeded: pending >> UInt32(pendingBits)))
        pending &= 63
      }
    }
    return decoded
  }

  /// Decodes the characters of a string.
  package static func decode(_ text: String, alphabet: Alphabet = .standard) -> [UInt8]? {
    decode(Array(text.utf8).span, alphabet: alphabet)
  }

  private static func sextet(_ character: UInt8, _ alphabet: Alphabet) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    case UInt8(ascii: "-") where alphabet == .standardOrURL: 62
    case UInt8(ascii: "_") where alphabet == .standardOrURL: 63
    default: nil
    }
  }
}
