/// The encoding of `grpc-message`.
///
/// Source: gRPC over HTTP/2, Responses, Status-Message (Percent-Encoded).
package enum PercentEncoding {
  private static let hexadecimal = Array("0123456789ABCDEF".utf8)

  /// The bytes of a `grpc-message` value.
  ///
  /// A space at either end is encoded too: RFC 9113 section 8.2.1 forbids it in a field value.
  package static func encode(_ message: String) -> [UInt8] {
    var message = message
    return message.withUTF8 { text in
      var encoded: [UInt8] = []
      encoded.reserveCapacity(text.count)
      for (index, byte) in text.enumerated() {
        let isOuterSpace = byte == UInt8(ascii: " ") && (index == 0 || index == text.count - 1)
        if (0x20...0x7E).contains(byte), byte != UInt8(ascii: "%"), !isOuterSpace {
          encoded.append(byte)
        } else {
          encoded.append(UInt8(ascii: "%"))
          encoded.append(hexadecimal[Int(byte >> 4)])
          encoded.append(hexadecimal[Int(byte & 15)])
        }
      }
      return encoded
    }
  }

  /// The message in a `grpc-message` value. Never fails: a broken escape stands for itself, and ill-formed UTF-8 becomes
  /// U+FFFD, because a status must not be lost over its text.
  package static func decode(_ value: Span<UInt8>) -> String {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(value.count)
    var index = 0
    while index < value.count {
      if value[index] == UInt8(ascii: "%"), index + 2 < value.count, let high = digit(value[index + 1]),
        let low = digit(value[index + 2])
      {
        decoded.append(high << 4 | low)
        index += 3
      } else {
        decoded.append(value[index])
        index += 1
      }
    }
    return String(decoding: decoded, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
