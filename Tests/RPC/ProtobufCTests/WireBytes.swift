/// Builds wire bytes, including invalid ones.
enum WireBytes {
  static func varint(_ value: UInt64) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + varint(value >> 7)
  }

  static func field(_ number: UInt64, _ content: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(UInt64(content.count)) + content
  }

  static func field(_ number: UInt64, varint value: UInt64) -> [UInt8] {
    varint(number << 3) + varint(value)
  }

  /// Returns `depth` nested messages, whose field numbers cycle through `numbers`; the innermost is empty.
  static func nested(_ numbers: [UInt64], depth: Int) -> [UInt8] {
    // Build backwards, so that long chains take linear time.
    var reversed: [UInt8] = []
    for level in stride(from: depth - 2, through: 0, by: -1) {
      reversed += varint(UInt64(reversed.count)).reversed()
      reversed += varint(numbers[level % numbers.count] << 3 | 2).reversed()
    }
    return reversed.reversed()
  }
}
