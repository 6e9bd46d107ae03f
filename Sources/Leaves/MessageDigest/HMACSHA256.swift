import CCrypto

/// HMAC (RFC 2104) with SHA-256, by libcrypto: proves that whoever wrote a message knows a secret.
package enum HMACSHA256 {
  package static let byteCount = 32

  /// The code of `message` under `key`: 32 bytes.
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

  /// Whether `code` is that of `message`; takes as long for a wrong code as for the right one.
  package static func isValid(_ code: [UInt8], for message: [UInt8], key: [UInt8]) -> Bool {
    let expected = self.code(of: message, key: key)
    guard code.count == expected.count else { return false }
    var difference: UInt8 = 0
    for index in expected.indices { difference |= expected[index] ^ code[index] }
    return difference == 0
  }
}
