import Encodings

/// Encodes and decodes the `grpc-message` trailer.
///
/// Source: gRPC over HTTP/2, Responses, Status-Message (Percent-Encoded).
package enum StatusMessage {
  /// Returns the percent-encoded bytes of the header field.
  ///
  /// Leading and trailing spaces are encoded too: RFC 9113 section 8.2.1 forbids them in a field value.
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
          PercentEncoding.append(byte, to: &encoded)
        }
      }
      return encoded
    }
  }

  /// Decodes a header field. Never fails, because a status must not be lost over its text: an invalid escape is kept
  /// as is, and ill-formed UTF-8 becomes U+FFFD.
  package static func decode(_ value: Span<UInt8>) -> String {
    String(decoding: PercentEncoding.decode(value), as: UTF8.self)
  }
}
