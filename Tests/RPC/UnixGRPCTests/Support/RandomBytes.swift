import SeededRandom

extension SplitMix64 {
  /// Returns up to `count` random bytes, mostly from `alphabet` unless it is empty.
  mutating func bytes(upTo count: Int, of alphabet: [UInt8] = []) -> [UInt8] {
    (0..<Int.random(in: 0...count, using: &self)).map { _ in
      if let byte = alphabet.randomElement(using: &self), next() & 15 != 0 { return byte }
      return UInt8.random(in: 0...255, using: &self)
    }
  }
}
