/// A secret API key of Stripe (https://docs.stripe.com/keys), of live mode or of a test mode.
package struct StripeKey: Sendable {
  /// The reason why a text cannot be used, for people.
  package struct InvalidKey: Error, CustomStringConvertible {
    package let description: String
  }

  private static let livePrefixes = ["sk_live_", "rk_live_"]
  private static let testPrefixes = ["sk_test_", "rk_test_"]

  let secret: StripeSecret
  /// Whether charges with this key move money.
  package let isLive: Bool

  package init(_ secret: StripeSecret) throws(InvalidKey) {
    if Self.livePrefixes.contains(where: secret.value.hasPrefix) {
      isLive = true
    } else if Self.testPrefixes.contains(where: secret.value.hasPrefix) {
      isLive = false
    } else if secret.value.hasPrefix("pk_") {
      throw InvalidKey(description: "the key is a publishable one (pk_…), which charges nobody: take the secret key")
    } else if secret.value.hasPrefix(WebhookSecret.prefix) {
      throw InvalidKey(description: "the key is a webhook's secret (whsec_…): take the secret key of the API")
    } else {
      let prefixes = (Self.livePrefixes + Self.testPrefixes).joined(separator: ", ")
      throw InvalidKey(description: "the key is none of Stripe's secret ones, which begin with one of \(prefixes)")
    }
    self.secret = secret
  }
}

/// The secret with which Stripe signs the events for one webhook endpoint.
package struct WebhookSecret: Sendable {
  static let prefix = "whsec_"

  let secret: StripeSecret

  package init(_ secret: StripeSecret) throws(StripeKey.InvalidKey) {
    guard secret.value.hasPrefix(Self.prefix) else {
      throw StripeKey.InvalidKey(description: "the webhook's secret is none of Stripe's: it begins with \(Self.prefix)")
    }
    self.secret = secret
  }
}
