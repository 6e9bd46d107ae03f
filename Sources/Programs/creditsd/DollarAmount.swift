import ArgumentParser

/// An amount of US dollars in a setting, whole or with two decimals: `10` or `2.50`.
struct DollarAmount: ExpressibleByArgument, Equatable {
  let micros: Int64

  /// The default, $10.
  static let usual = DollarAmount(micros: 10_000_000)

  /// The largest amount, chosen to be far from overflow.
  private static let mostDollars: Int64 = 1_000_000

  private init(micros: Int64) { self.micros = micros }

  init?(argument: String) {
    let parts = argument.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let dollars = Self.number(parts[0]), dollars <= Self.mostDollars else { return nil }
    var cents: Int64 = 0
    if parts.count == 2 {
      guard parts[1].utf8.count == 2, let number = Self.number(parts[1]) else { return nil }
      cents = number
    }
    micros = dollars * 1_000_000 + cents * 10_000
  }

  private static func number(_ text: Substring) -> Int64? {
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
    return Int64(text)
  }
}
