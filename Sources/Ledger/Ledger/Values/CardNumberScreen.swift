/// Detects card numbers, so that none is ever stored.
///
/// A run of digits counts as a card number when its issuer prefix, its length for that issuer and its Luhn sum
/// (ISO/IEC 7812-1 annex B) all fit. Single spaces, dashes and dots between digits are ignored. For tokens, billing
/// details and memos only: one random id in ten passes Luhn, so ids, keys and references are never screened.
package enum CardNumberScreen {
  package static func containsCardNumber(_ text: String) -> Bool {
    var groups: [[UInt8]] = []
    var group: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        group.append(byte - UInt8(ascii: "0"))
      case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."):
        if group.isEmpty {
          if spellsCardNumber(groups) { return true }
          groups.removeAll()
        } else {
          groups.append(group)
          group.removeAll()
        }
      default:
        if spellsCardNumber(groups + [group]) { return true }
        groups.removeAll()
        group.removeAll()
      }
    }
    return spellsCardNumber(groups + [group])
  }

  /// Whether consecutive groups of digits form a card number.
  private static func spellsCardNumber(_ groups: [[UInt8]]) -> Bool {
    for first in groups.indices {
      var digits: [UInt8] = []
      for group in groups[first...] {
        digits += group
        if digits.count > longestCardNumber { break }
        if isCardNumber(digits) { return true }
      }
    }
    return false
  }

  private static let longestCardNumber = 19

  private static func isCardNumber(_ digits: [UInt8]) -> Bool {
    issuers.contains { $0.issued(digits) } && passesLuhn(digits)
  }

  private static func passesLuhn(_ digits: [UInt8]) -> Bool {
    var sum = 0
    for (index, digit) in digits.reversed().enumerated() {
      let weighted = index % 2 == 0 ? Int(digit) : Int(digit) * 2
      sum += weighted > 9 ? weighted - 9 : weighted
    }
    return sum % 10 == 0
  }

  private struct Issuer {
    let prefixes: ClosedRange<Int>
    let prefixLength: Int
    let lengths: ClosedRange<Int>

    func issued(_ digits: [UInt8]) -> Bool {
      lengths.contains(digits.count)
        && prefixes.contains(digits.prefix(prefixLength).reduce(0) { $0 * 10 + Int($1) })
    }
  }

  private static let issuers = [
    Issuer(prefixes: 4...4, prefixLength: 1, lengths: 13...19),  // Visa
    Issuer(prefixes: 51...55, prefixLength: 2, lengths: 16...16),  // Mastercard
    Issuer(prefixes: 2221...2720, prefixLength: 4, lengths: 16...16),  // Mastercard
    Issuer(prefixes: 34...34, prefixLength: 2, lengths: 15...15),  // American Express
    Issuer(prefixes: 37...37, prefixLength: 2, lengths: 15...15),  // American Express
    Issuer(prefixes: 6011...6011, prefixLength: 4, lengths: 16...19),  // Discover
    Issuer(prefixes: 644...659, prefixLength: 3, lengths: 16...19),  // Discover
    Issuer(prefixes: 300...305, prefixLength: 3, lengths: 14...19),  // Diners Club
    Issuer(prefixes: 36...36, prefixLength: 2, lengths: 14...19),  // Diners Club
    Issuer(prefixes: 38...39, prefixLength: 2, lengths: 16...19),  // Diners Club
    Issuer(prefixes: 3528...3589, prefixLength: 4, lengths: 16...19),  // JCB
    Issuer(prefixes: 62...62, prefixLength: 2, lengths: 16...19),  // UnionPay
    Issuer(prefixes: 5018...5018, prefixLength: 4, lengths: 12...19),  // Maestro
    Issuer(prefixes: 5020...5020, prefixLength: 4, lengths: 12...19),  // Maestro
    Issuer(prefixes: 5038...5038, prefixLength: 4, lengths: 12...19),  // Maestro
    Issuer(prefixes: 5893...5893, prefixLength: 4, lengths: 12...19),  // Maestro
    Issuer(prefixes: 6304...6304, prefixLength: 4, lengths: 12...19),  // Maestro
    Issuer(prefixes: 6759...6763, prefixLength: 4, lengths: 12...19),  // Maestro
  ]
}
