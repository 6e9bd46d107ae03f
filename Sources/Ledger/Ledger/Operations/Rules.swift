/// The configuration of the ledger's rules.
package struct Rules: Sendable {
  /// The limits of recharges by currency. A currency without limits is refused.
  package var limits: [Currency: RechargeLimits]
  /// The maximum sum of one hold's shortfalls, in micros of the wallet's currency.
  package var maximumShortfall: Int64
  /// SHA-256, injected so that the rules need no library.
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

  /// - Parameter field: The path of the amount in the request; nil if the currency is that of a wallet.
  func limits(of currency: Currency, field: String? = nil) throws(Refusal) -> RechargeLimits {
    guard let limits = limits[currency] else { throw .currencyUnsupported(currency, field: field) }
    return limits
  }
}

extension Refusal {
  /// - Parameter field: The path of the amount in the request; nil if the wallet's currency has lost its limits.
  package static func currencyUnsupported(_ given: Currency, field: String?) -> Refusal {
    Refusal(
      .currencyMismatch,
      [.given: given.code],
      field: field.map { $0 + ".currency_code" },
      sentence: "no limits are configured for \(given): use USD"
    )
  }
}
