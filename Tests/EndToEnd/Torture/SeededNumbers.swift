import SeededRandom

/// Random numbers that are reproducible from a seed and a stream number.
struct SeededNumbers: RandomNumberGenerator {
  private var generator: SplitMix64

  init(seed: UInt64, stream: UInt64) {
    generator = SplitMix64(seed: seed &* 0x2545_F491_4F6C_DD1D &+ stream &* 0xD134_2543_DE82_EF95)
    _ = next()
  }

  mutating func next() -> UInt64 { generator.next() }

  mutating func happens(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &self) < probability }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  mutating func one<Element>(of elements: [Element]) -> Element { elements[number(0...elements.count - 1)] }

  /// Draws an amount of whole cents, in micros.
  mutating func dollars(_ range: ClosedRange<Int>) -> Int64 {
    Int64(number(range.lowerBound * 100...range.upperBound * 100)) * 10_000
  }
}
