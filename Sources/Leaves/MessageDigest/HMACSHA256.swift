import CCrypto

/// HMAC-SHA-256 (RFC 2104) by libcrypto: proves that the author of a message knows a secret key.
package enum HMACSHA256 {
  /// The length of a code in bytes.
  package static let byteCount = 32

  /// Computes the code of `message` under `key`: 32 bytes.
  package static func code(of message: [UInt8], key: [UInt8]) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: byteCount)
    var length = 0
    let result = EVP_Q_mac(
      nil,
      "HMAC",
      nil,
      "SHA256",
      nil,
      key,
      key.count,
      message,
      message.count,
      &code,
      code.count,
      &length
    )
    precondition(result != nil && length == byteCount, "libcrypto offers no HMAC: check its provider configuration")
    return code
  }

  /// Whether `code` is that of `message` under `key`. Compares in constant time.
  package static func isValid(_ code: [UInt8], for message: [UInt8], key: [UInt8]) -> Bool {
    let expected = self.code(of: message, key: key)
    guard code.count == expected.count else { return false }
    var difference: UInt8 = 0
    for index in expected.indices { difference |= expected[index] ^ code[index] }
    return difference == 0
  }
}
