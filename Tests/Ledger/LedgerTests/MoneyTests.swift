import Ledger
import Testing

@Suite("Money")
struct MoneyTests {
  @Test(
    "is formatted for people",
    arguments: [
      (0, "$0.00"), (1_200_000, "$1.20"), (12_500, "$0.0125"), (1, "$0.000001"), (-3_000_000, "-$3.00"),
      (1_000_000_000, "$1000.00"), (Int64.min, "-$9223372036854.775808"), (Int64.max, "$9223372036854.775807"),
    ] as [(Int64, String)]
  )
  func sentence(amount: Int64, expected: String) {
    #expect(micros(amount).description == expected)
  }

  @Test("throws on overflow instead of wrapping")
  func overflow() throws {
    #expect(throws: Money.ArithmeticError.overflow) { try micros(.max).adding(micros(1)) }
    #expect(throws: Money.ArithmeticError.overflow) { try micros(.min).subtracting(micros(1)) }
    #expect(try micros(.max).subtracting(micros(.max)) == micros(0))
  }

  @Test("of two currencies is never combined")
  func currencies() throws {
    let euros = Money(micros: 1, currency: try #require(Currency(code: "EUR")))
    #expect(throws: Money.ArithmeticError.currencyMismatch) { try micros(1).adding(euros) }
    #expect(euros.description == "0.000001 EUR")
  }

  @Test("accepts only currency codes of three capitals", arguments: ["", "US", "usd", "USDT", "U$D", "ÜSD", "US\u{0}"])
  func currencyCode(code: String) {
    #expect(Currency(code: code) == nil)
  }

  @Test(
    "can be recharged from $10 to $1000 in whole cents",
    arguments: [
      (10_000_000, true), (1_000_000_000, true), (10_010_000, true), (9_990_000, false), (1_000_010_000, false),
      (10_000_001, false), (10_005_000, false), (0, false), (-10_000_000, false), (Int64.min, false),
      (Int64.max, false),
    ] as [(Int64, Bool)]
  )
  func rechargeLimits(amount: Int64, allowed: Bool) {
    #expect((RechargeLimits.usd.objection(to: amount, in: .usd) == nil) == allowed)
  }
}
