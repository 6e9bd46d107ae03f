import CCrypto

/// SHA-256 (FIPS 180-4) by libcrypto.
package enum SHA256 {
  /// Computes the digest of `bytes` as four big-endian words.
  package static func hash(_ bytes: [UInt8]) -> (UInt64, UInt64, UInt64, UInt64) {
    let context = DigestContext(algorithm: algorithm)
    return bytes.withUnsafeBytes { context.hash($0) }
  }

  private static let algorithm = DigestAlgorithm(name: "SHA256")
}

/// Owns a fetched algorithm, which saves a lookup by name per digest.
///
/// Sendable because an `EVP_MD` is immutable once fetched and its reference count is atomic.
private final class DigestAlgorithm: @unchecked Sendable {
  fileprivate let pointer: OpaquePointer

  init(name: String) {
    guard let pointer = EVP_MD_fetch(nil, name, nil) else {
      fatalError("libcrypto offers no \(name): check its provider configuration")
    }
    self.pointer = pointer
  }

  deinit { EVP_MD_free(pointer) }
}

/// Owns a digest computation.
private struct DigestContext: ~Copyable {
  private let pointer: OpaquePointer

  init(algorithm: DigestAlgorithm) {
    guard let pointer = EVP_MD_CTX_new() else { fatalError("out of memory") }
    self.pointer = pointer
    // The context retains the algorithm.
    precondition(EVP_DigestInit_ex2(pointer, algorithm.pointer, nil) == 1, "libcrypto refused to begin a digest")
  }

  deinit { EVP_MD_CTX_free(pointer) }

  func hash(_ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64, UInt64, UInt64) {
    precondition(EVP_DigestUpdate(pointer, bytes.baseAddress, bytes.count) == 1, "libcrypto refused to digest")
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    withUnsafeMutableBytes(of: &words) { output in
      let start = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
      precondition(EVP_DigestFinal_ex(pointer, start, nil) == 1, "libcrypto refused to finish a digest")
    }
    return (
      UInt64(bigEndian: words.0), UInt64(bigEndian: words.1), UInt64(bigEndian: words.2), UInt64(bigEndian: words.3)
    )
  }
}
