/// Detects a processor's secrets: Stripe's secret keys, and tokens of cards (Stripe's documentation of API keys and
/// object ids).
package enum ProcessorSecretScreen {
  private static let keys = ["sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"]
  private static let tokens = ["pm_", "tok_", "src_", "card_"]
  /// The minimum number of alphanumeric characters after the prefix of a real secret. Names of test cards, and words,
  /// have fewer.
  private static let shortestRest = 14

  package static func containsKey(_ text: String) -> Bool { contains(keys, in: text) }

  package static func containsKeyOrToken(_ text: String) -> Bool { contains(keys + tokens, in: text) }

  private static func contains(_ prefixes: [String], in text: String) -> Bool {
    let bytes = Array(text.utf8)
    return prefixes.contains { prefix in
      let prefix = Array(prefix.utf8)
      guard bytes.count >= prefix.count + shortestRest else { return false }
      return (0...(bytes.count - prefix.count - shortestRest)).contains { start in
        let rest = start + prefix.count
        return bytes[start..<rest].elementsEqual(prefix)
          && bytes[rest..<(rest + shortestRest)].allSatisfy { isAlphanumeric($0) }
      }
    }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }
}
