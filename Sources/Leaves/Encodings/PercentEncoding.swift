/// Percent-encoding (RFC 3986 section 2.1): `%` and two hexadecimal digits represent a byte.
package enum PercentEncoding {
  /// Whether a character is unreserved (RFC 3986 section 2.3): a letter, a digit, `-`, `.`, `_` or `~`.
  package static func isUnreserved(_ character: UInt8) -> Bool {
    switch character {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: false
    }
  }

  /// Encodes all characters of a text except unreserved ones.
  package static func encode(_ text: String) -> String {
    var encoded: [UInt8] = []
    encoded.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      if isUnreserved(byte) { encoded.append(byte) } else { append(byte, to: &encoded) }
    }
    return String(decoding: encoded, as: UTF8.self)
  }

  /// Appends the three characters that encode a byte.
  package static func append(_ byte: UInt8, to encoded: inout [UInt8]) {
    let digits = Hexadecimal.capitalDigits(byte)
    encoded.append(UInt8(ascii: "%"))
    encoded.append(digits.high)
    encoded.append(digits.low)
  }

  /// Decodes a text. Never fails: a percent sign without two hexadecimal digits is kept as is.
  package static func decode(_ encoded: Span<UInt8>) -> [UInt8] {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(encoded.count)
    var index = 0
    while index < encoded.count {
      if encoded[index] == UInt8(ascii: "%"), index + 2 < encoded.count,
        let high = Hexadecimal.value(ofDigit: encoded[index + 1]),
        let low = Hexadecimal.value(ofDigit: encoded[index + 2])
      {
        decoded.append(high << 4 | low)
        index += 3
      } else {
        decoded.append(encoded[index])
        index += 1
      }
    }
    return decoded
  }
}
