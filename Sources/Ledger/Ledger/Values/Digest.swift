import Encodings

/// A SHA-256 digest of 32 bytes, stored inline as four big-endian words, so that a record needs no allocation for it.
package struct Digest: Hashable, Sendable, CustomStringConvertible {
  package let words: (UInt64, UInt64, UInt64, UInt64)

  package static let zero = Digest((0, 0, 0, 0))
  package static let byteCount = 32

  package init(_ words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

  /// Returns nil unless `bytes` has 32 elements.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == Digest.byteCount else { return nil }
    var words: [UInt64] = [0, 0, 0, 0]
    for (index, byte) in bytes.enumerated() { words[index / 8] = words[index / 8] << 8 | UInt64(byte) }
    self.init((words[0], words[1], words[2], words[3]))
  }

  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Digest.byteCount)
    append(to: &bytes)
    return bytes
  }

  package func append(to bytes: inout [UInt8]) {
    withBytes { bytes.append(contentsOf: $0) }
  }

  /// Calls `body` with the 32 bytes, without an allocation. The buffer is valid only during the call.
  package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    let bigEndian = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
    return withUnsafeBytes(of: bigEndian) { body($0) }
  }

  package static func == (left: Digest, right: Digest) -> Bool { left.words == right.words }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
    hasher.combine(words.2)
    hasher.combine(words.3)
  }

  package var description: String { Hexadecimal.text(bytes) }
}
