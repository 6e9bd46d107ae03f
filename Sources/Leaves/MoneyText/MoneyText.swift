/// Formats amounts of money for people.
package enum MoneyText {
  /// The place of the currency code, for currencies without a symbol here.
  package enum CodePlace: Sendable {
    case beforeAmount
    case afterAmount
  }

  /// Formats an amount with at least two decimals, more only if the amount has them. US dollars use their symbol: "$1.20",
  /// "$0.0125", "-$3.00"; other currencies their code: "EUR 7.00" or "7.00 EUR".
  ///
  /// - Parameters:
  ///   - micros: Millionths of the currency's unit.
  ///   - currencyCode: An ISO 4217 alphabetic code, such as "USD".
  package static func text(micros: Int64, currencyCode: String, codePlace: CodePlace) -> String {
    let amount = decimals(micros.magnitude)
    let sign = micros < 0 ? "-" : ""
    if currencyCode == "USD" { return "\(sign)$\(amount)" }
    return switch codePlace {
    case .beforeAmount: "\(sign)\(currencyCode) \(amount)"
    case .afterAmount: "\(sign)\(amount) \(currencyCode)"
    }
  }

  private static func decimals(_ micros: UInt64) -> String {
    let (units, rest) = micros.quotientAndRemainder(dividingBy: 1_000_000)
    var decimals = String(rest)
    decimals = String(repeating: "0", count: 6 - decimals.utf8.count) + decimals
    while decimals.utf8.count > 2, decimals.utf8.last == UInt8(ascii: "0") { decimals.removeLast() }
    return "\(units).\(decimals)"
  }
}
