/// A checksum that is stored in a row to detect flipped bits. It does not protect against deliberate changes; the journal's
/// hashes do.
enum RowSum {
  static func sum(of bytes: UnsafeRawBufferPointer) -> Int64 {
    var sum = UInt64(bytes.count)
    var offset = 0
    while offset + 8 <= bytes.count {
      mix(&sum, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      offset += 8
    }
    var rest: UInt64 = 0
    for byte in bytes[offset...] { rest = rest << 8 | UInt64(byte) }
    mix(&sum, rest)
    return Int64(bitPattern: sum)
  }

  static func sum(of bytes: [UInt8]) -> Int64 { bytes.withUnsafeBytes { sum(of: $0) } }

  static func sum(of numbers: [Int64]) -> Int64 {
    var sum = UInt64(numbers.count)
    for number in numbers { mix(&sum, UInt64(bitPattern: number)) }
    return Int64(bitPattern: sum)
  }

  /// Each step is invertible, so that a change of a single word always changes the sum.
  private static func mix(_ sum: inout UInt64, _ word: UInt64) {
    sum = (sum ^ word) &* 0x9E37_79B9_7F4A_7C15
    sum ^= sum >> 32
  }
}
