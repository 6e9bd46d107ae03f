/// Base16 (RFC 4648 section 8): written in lowercase, read in either case.
package enum Hexadecimal {
  private static let lowercase = Array("0123456789abcdef".utf8)
  private static let uppercase = Array("0123456789ABCDEF".utf8)

  /// Encodes bytes as two digits each.
  package static func text(_ bytes: some Sequence<UInt8>) -> String {
    var digits: [UInt8] = []
    for byte in bytes {
      digits.append(lowercase[Int(byte >> 4)])
      digits.append(lowercase[Int(byte & 15)])
    }
    return String(decoding: digits, as: UTF8.self)
  }

  /// Returns the lowest `digitCount` digits of a number, with leading zeros. `digitCount` is at most 16.
  package static func text(_ number: UInt64, digitCount: Int) -> String {
    String(unsafeUninitializedCapacity: digitCount) { digits in
      for index in 0..<digitCount {
        digits[index] = lowercase[Int(truncatingIfNeeded: number >> UInt64(4 * (digitCount - 1 - index)) & 15)]
      }
      return digitCount
    }
  }

  /// Decodes a text; returns nil unless it consists of pairs of digits.
  package static func bytes(_ text: some StringProtocol) -> [UInt8]? {
    var bytes: [UInt8] = []
    var high: UInt8?
    for character in text.utf8 {
      guard let digit = value(ofDigit: character) else { return nil }
      if let first = high {
        bytes.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    return high == nil ? bytes : nil
  }

  /// Returns the value of a digit, 0 to 15; nil if the character is not a hexadecimal digit.
  package static func value(ofDigit character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    default: nil
    }
  }

  /// Returns the two uppercase digits of a byte, as used in percent-encoding.
  static func capitalDigits(_ byte: UInt8) -> (high: UInt8, low: UInt8) {
    (uppercase[Int(byte >> 4)], uppercase[Int(byte & 15)])
  }
}
