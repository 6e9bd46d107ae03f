import MoneyText

extension Money {
  /// Millionths of the currency's unit, the smallest amount there is.
  public static func micros(_ micros: Int64, _ currencyCode: String = "USD") -> Money {
    Money(currencyCode: currencyCode, micros: micros)
  }

  /// Whole cents of a US dollar.
  ///
  /// - Precondition: Below 922 trillion dollars.
  public static func cents(_ cents: Int64) -> Money { .micros(cents * 10_000) }

  /// Whole US dollars.
  ///
  /// - Precondition: Below 9 trillion dollars.
  public static func dollars(_ dollars: Int64) -> Money { .micros(dollars * 1_000_000) }

  /// For people: `$12.50`, `$0.0042`, `-$3.00`, `EUR 12.50`. At least two decimals, and as many as there are.
  public var formatted: String {
    MoneyText.text(micros: micros, currencyCode: currencyCode, codePlace: .beforeAmount)
  }
}
