import MoneyText
import Testing

@Suite("The text of a money amount")
struct MoneyTextTests {
  @Test(
    "has at least two decimals, and as many as the amount needs",
    arguments: [
      (1_200_000, "$1.20"), (12_500, "$0.0125"), (4_200, "$0.0042"), (-3_000_000, "-$3.00"), (0, "$0.00"),
      (1, "$0.000001"),
      (-1, "-$0.000001"), (10_000, "$0.01"), (999_999, "$0.999999"), (1_000_000_000, "$1000.00"), (100_100, "$0.1001"),
      (.max, "$9223372036854.775807"), (.min, "-$9223372036854.775808"),
    ] as [(Int64, String)]
  )
  func dollars(micros: Int64, text: String) {
    #expect(MoneyText.text(micros: micros, currencyCode: "USD", codePlace: .beforeAmount) == text)
    #expect(MoneyText.text(micros: micros, currencyCode: "USD", codePlace: .afterAmount) == text)
  }

  @Test("gives other currencies by code, before or after the amount")
  func codes() {
    #expect(MoneyText.text(micros: 12_500_000, currencyCode: "EUR", codePlace: .beforeAmount) == "EUR 12.50")
    #expect(MoneyText.text(micros: -12_500_000, currencyCode: "EUR", codePlace: .beforeAmount) == "-EUR 12.50")
    #expect(MoneyText.text(micros: 7_000_000, currencyCode: "EUR", codePlace: .afterAmount) == "7.00 EUR")
    #expect(MoneyText.text(micros: -7_000_000, currencyCode: "EUR", codePlace: .afterAmount) == "-7.00 EUR")
  }
}
