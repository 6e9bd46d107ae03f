import Ledger

/// Amounts in Stripe's units: cents, or whole units for currencies without decimals
/// (https://docs.stripe.com/currencies#zero-decimal).
enum MinorUnits {
  private static let withoutDecimals: Set<String> = [
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
  ]
  /// Stripe requires their last digit to be zero. They are unsupported until they are needed.
  private static let withThreeDecimals: Set<String> = ["BHD", "JOD", "KWD", "OMR", "TND"]

  static func count(of amount: Money) throws(ProcessorFailure) -> Int64 {
    let micros = try microsPerUnit(amount.currency)
    guard amount.micros > 0, amount.micros % micros == 0 else {
      throw .rejected("the amount is not a whole number of the currency's smallest unit")
    }
    return amount.micros / micros
  }

  static func money(_ count: Int64, _ currencyCode: String) throws(ProcessorFailure) -> Money {
    guard let currency = Currency(code: currencyCode.uppercased()) else {
      throw .outcomeUnknown("Stripe answered with a currency that is none")
    }
    let (micros, overflow) = count.multipliedReportingOverflow(by: try microsPerUnit(currency))
    guard !overflow else { throw .outcomeUnknown("Stripe answered with an amount beyond all bounds") }
    return Money(micros: micros, currency: currency)
  }

  private static func microsPerUnit(_ currency: Currency) throws(ProcessorFailure) -> Int64 {
    guard !withThreeDecimals.contains(currency.code) else {
      throw .rejected("\(currency.code) is not charged through Stripe")
    }
    return withoutDecimals.contains(currency.code) ? Money.microsPerUnit : Money.microsPerUnit / 100
  }
}
