import MoneyText

extension Money {
  /// An amount in millionths of the currency's unit, the smallest amount that can be represented.
  public static func micros(_ micros: Int64, _ currencyCode: String = "USD") -> Money {
    Money(currencyCode: currencyCode, micros: micros)
  }

  /// An amount in whole US cents.
  ///
  /// - Precondition: Below 922 trillion dollars.
  public static func cents(_ cents: Int64) -> Money { .micros(cents * 10_000) }

  /// An amount in whole US dollars.
  ///
  /// - Precondition: Below 9 trillion dollars.
  public static func dollars(_ dollars: Int64) -> Money { .micros(dollars * 1_000_000) }

  /// A text for people: `$12.50`, `$0.0042`, `-$3.00`, `EUR 12.50`. At least two decimals, more if the amount has them.
  public var formatted: String {
    MoneyText.text(micros: micros, currencyCode: currencyCode, codePlace: .beforeAmount)
  }
}
