/// Base64 with the standard alphabet (RFC 4648 section 4), as `-bin` header fields use it.
package enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Without padding, as gRPC asks senders to do.
  package static func encode(_ bytes: [UInt8]) -> [UInt8] {
    var encoded: [UInt8] = []
    encoded.reserveCapacity((bytes.count * 4 + 2) / 3)
    var pending: UInt32 = 0
    var pendingBits = 0
    for byte in bytes {
      pending = pending << 8 | UInt32(byte)
      pendingBits += 8
      while pendingBits >= 6 {
        pendingBits -= 6
        encoded.append(alphabet[Int(pending >> UInt32(pendingBits) & 63)])
      }
      pending &= 63
    }
    if pendingBits > 0 {
      encoded.append(alphabet[Int(pending << UInt32(6 - pendingBits) & 63)])
    }
    return encoded
  }

  /// With or without padding; nil if a byte is outside the alphabet or the length is impossible.
  package static func decode(_ encoded: Span<UInt8>) -> [UInt8]? {
    var count = encoded.count
    if count % 4 == 0 {
      // Padding only ever fills up the last group of four.
      for _ in 0..<2 where count > 0 && encoded[count - 1] == UInt8(ascii: "=") { count -= 1 }
    }
    guard count % 4 != 1 else { return nil }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(count * 3 / 4)
    var pending: UInt32 = 0
    var pendingBits = 0
    for index in 0..<count {
      guard let sextet = sextet(encoded[index]) else { return nil }
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

  private static func sextet(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
