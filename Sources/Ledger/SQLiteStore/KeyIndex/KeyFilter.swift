/// A Bloom filter in blocks of one cache line: a new key, the common case, is known to be new without a read.
///
/// A block takes 48 keys on average in 512 bits, with 6 bits a key: about one new key in a hundred is looked for in
/// vain. That is 1.4 bytes of memory for each key of the ledger.
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

  /// By the upper bits, so that a run's keys, which come sorted, fill one block after the other.
  private func firstWord(of hash: UInt64) -> Int {
    Int(hash.multipliedFullWidth(by: blockCount).high) * KeyFilter.wordsPerBlock
  }

  /// The lower bits of the hash, brought up, because the upper ones chose the block.
  private static func mixed(_ hash: UInt64) -> UInt64 { (hash ^ hash >> 32) &* 0x9E37_79B9_7F4A_7C15 }
}
