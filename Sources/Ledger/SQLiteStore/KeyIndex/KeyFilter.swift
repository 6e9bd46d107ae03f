/// A Bloom filter in blocks of one cache line. It identifies most new keys, the common case, without a read.
///
/// A block of 512 bits holds 48 keys on average, with 6 bits each: about one new key in a hundred is a false positive.
/// That is 1.4 bytes of memory for each key of the ledger.
struct KeyFilter {
  private var words: [UInt64]
  private let blockCount: UInt64

  private static let keysPerBlock = 48
  private static let wordsPerBlock = 8
  private static let bitsPerKey = 6

  init(keyCount: Int) {
    let blocks = max(1, (keyCount + KeyFilter.keysPerBlock - 1) / KeyFilter.keysPerBlock)
    blockCount = UInt64(blocks)
    words = [UInt64](repeating: 0, count: blocks * KeyFilter.wordsPerBlock)
  }

  mutating func insert(_ hash: UInt64) {
    let block = firstWord(of: hash)
    var bits = KeyFilter.mixed(hash)
    for _ in 0..<KeyFilter.bitsPerKey {
      words[block + Int(bits >> 61)] |= 1 << (bits >> 55 & 63)
      bits <<= 9
    }
  }

  func mayContain(_ hash: UInt64) -> Bool {
    let block = firstWord(of: hash)
    var bits = KeyFilter.mixed(hash)
    for _ in 0..<KeyFilter.bitsPerKey {
      guard words[block + Int(bits >> 61)] & 1 << (bits >> 55 & 63) != 0 else { return false }
      bits <<= 9
    }
    return true
  }

  /// Uses the upper bits, so that a run's sorted keys fill the blocks one after the other.
  private func firstWord(of hash: UInt64) -> Int {
    Int(hash.multipliedFullWidth(by: blockCount).high) * KeyFilter.wordsPerBlock
  }

  /// Multiplies the lower bits up, because the upper bits already chose the block.
  private static func mixed(_ hash: UInt64) -> UInt64 { (hash ^ hash >> 32) &* 0x9E37_79B9_7F4A_7C15 }
}
