import MoneyText

/// An ISO 4217 alphabetic code: three capital ASCII letters.
package struct Currency: Hashable, Sendable, CustomStringConvertible {
  package let code: String

  package static let usd = Currency(unchecked: "USD")

  /// Returns nil unless `code` is three capital ASCII letters.
  package init?(code: String) {
    guard code.utf8.count == 3, code.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else {
      return nil
    }
    self.code = code
  }

  private init(unchecked code: String) { self.code = code }

  package var description: String { code }
}

/// An amount in millionths of its currency's unit: 1 USD is 1 000 000 micros.
package struct Money: Hashable, Sendable {
  package let micros: Int64
  package let currency: Currency

  package static let microsPerUnit: Int64 = 1_000_000
  package static let microsPerCent: Int64 = 10_000

  package init(micros: Int64, currency: Currency) {
    self.micros = micros
    self.currency = currency
  }

  package enum ArithmeticError: Error, Hashable, Sendable {
    case overflow
    case currencyMismatch
  }

  package func adding(_ other: Money) throws(ArithmeticError) -> Money {
    try combined(with: other, micros.addingReportingOverflow(other.micros))
  }

  package func subtracting(_ other: Money) throws(ArithmeticError) -> Money {
    try combined(with: other, micros.subtractingReportingOverflow(other.micros))
  }

  private func combined(
    with other: Money,
    _ result: (partialValue: Int64, overflow: Bool)
  ) throws(ArithmeticError) -> Money {
    guard currency == other.currency else { throw .currencyMismatch }
    guard !result.overflow else { throw .overflow }
    return Money(micros: result.partialValue, currency: currency)
  }
}

extension Money: CustomStringConvertible {
  /// The amount with at least two decimals, and more only if it has them: "$1.20", "$0.0125", "-$3.00", "7.00 EUR".
  package var description: String {
    MoneyText.text(micros: micros, currencyCode: currency.code, codePlace: .afterAmount)
  }
}
