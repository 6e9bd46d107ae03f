/// What the rules of money depend on beside state, operation and time.
package struct Rules: Sendable {
  /// A currency without limits here is refused.
  package var limits: [Currency: RechargeLimits]
  /// What one hold's captures may cost above the hold and the wallet's credits, in micros of the wallet's currency.
  package var maximumShortfall: Int64
  /// Injected, so that the rules need no library.
  package var sha256: @Sendable (_ bytes: [UInt8]) -> Digest

  package init(
    limits: [Currency: RechargeLimits] = [.usd: .usd],
    maximumShortfall: Int64 = 10 * Money.microsPerUnit,
    sha256: @escaping @Sendable (_ bytes: [UInt8]) -> Digest
  ) {
    precondition((0...Wallet.balanceRange.upperBound).contains(maximumShortfall), "a shortfall is a balance")
    self.limits = limits
    self.maximumShortfall = maximumShortfall
    self.sha256 = sha256
  }

  /// - Parameter field: The path of the amount in the request, if there is one.
  func limits(of currency: Currency, field: String? = nil) throws(Refusal) -> RechargeLimits {
    guard let limits = limits[currency] else { throw .currencyUnsupported(currency, field: field) }
    return limits
  }
}

extension Refusal {
  /// - Parameter field: The path of the amount in the request; nil where the wallet's currency has lost its limits.
  package static func currencyUnsupported(_ given: Currency, field: String?) -> Refusal {
    Refusal(
      .currencyMismatch,
      [.given: given.code],
      field: field.map { $0 + ".currency_code" },
      sentence: "no limits are configured for \(given): use USD"
    )
  }
}
