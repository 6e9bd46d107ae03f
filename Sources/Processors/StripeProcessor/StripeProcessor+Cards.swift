import Encodings
import Foundation
package import Ledger
import MessageDigest
package import PaymentProcessing

extension StripeProcessor {
  package func describeCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Card {
    let token = try StripeToken(token)
    let answer = try await connection.send(.get("payment_methods/\(token.paymentMethod)"), within: timing.lookup)
    guard answer.isSuccess else { throw answer.refusal(missing: .unknownToken) }
    let method: StripePaymentMethod = try answer.object()
    // A payment method that was detached, and possibly attached elsewhere, is no longer the one that the token names.
    guard token.customer == nil || token.customer == method.customer else { throw .unknownToken }
    return try method.shown()
  }

  /// Describes the card: Stripe contacts the card's bank only when a card is attached or charged.
  package func verifyCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Card {
    try await describeCard(token)
  }

  package func createCardSetup(_ request: CardSetupRequest) async throws(ProcessorFailure) -> CardSetup {
    let customer = try await customer(for: request.walletID)
    let answer = try await connection.send(
      .post(
        "setup_intents",
        key: request.key,
        [
          ("customer", customer), ("usage", "off_session"), ("payment_method_types[0]", "card"),
          ("metadata[\(MetadataName.walletID)]", request.walletID.value),
        ]
      ),
      within: timing.effect
    )
    guard answer.isSuccess else { throw answer.refusal(missing: .unknownToken) }
    let setup: StripeSetupIntent = try answer.object()
    return CardSetup(id: setup.id, clientSecret: setup.clientSecret)
  }

  package func attachCard(_ request: AttachRequest) async throws(ProcessorFailure) -> CardAttachment {
    let token = try StripeToken(request.token)
    let customer = try await customer(for: request.walletID)
    let attachment = try await connection.send(
      .post("payment_methods/\(token.paymentMethod)/attach", key: request.key, [("customer", customer)]),
      within: timing.effect
    )
    if attachment.status == 402 { throw .cardDeclined(code: attachment.error?.declineReason ?? "generic_decline") }
    guard attachment.isSuccess else { throw attachment.refusal(missing: .unknownToken) }
    let method: StripePaymentMethod = try attachment.object()

    let billing = request.billing
    let details = try await connection.send(
      .post(
        "payment_methods/\(method.id)",
        key: Self.derived("billing", from: request.key),
        [
          ("billing_details[name]", billing.name), ("billing_details[email]", billing.email),
          ("billing_details[address][country]", billing.country),
          ("billing_details[address][postal_code]", billing.postalCode),
          ("metadata[\(MetadataName.walletID)]", request.walletID.value),
        ]
      ),
      within: timing.effect
    )
    guard details.isSuccess else { throw details.refusal(missing: .unknownToken) }
    return CardAttachment(
      token: StripeToken(customer: customer, paymentMethod: method.id).token,
      card: try method.shown()
    )
  }

  package func detachCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) {
    let token = try StripeToken(token)
    let path = "payment_methods/\(token.paymentMethod)"
    let key = Self.derived("detach", from: token.paymentMethod)
    let detachment = try await connection.send(.post(path + "/detach", key: key), within: timing.effect)
    if detachment.isSuccess || detachment.status == 404 { return }
    // Stripe refuses to detach a payment method that is already detached.
    let answer = try await connection.send(.get(path), within: timing.lookup)
    if answer.status == 404 { return }
    let method: StripePaymentMethod = try answer.object()
    guard method.customer == nil else { throw detachment.refusal(missing: .unknownToken) }
  }

  /// Returns the wallet's customer, creating it if needed. Search lags by about a minute and the key is valid for a day, so
  /// together they create only one customer.
  private func customer(for walletID: WalletID) async throws(ProcessorFailure) -> String {
    let search = try await connection.send(
      .get(
        "customers/search",
        [("query", StripeSearch.query(MetadataName.walletID, walletID.value)), ("limit", "1")]
      ),
      within: timing.lookup
    )
    if search.isSuccess {
      let found: StripeList<StripeCustomer> = try search.object()
      if let customer = found.data.first { return customer.id }
    }
    let creation = try await connection.send(
      .post(
        "customers",
        key: Self.derived("customer", from: walletID.value),
        [("metadata[\(MetadataName.walletID)]", walletID.value)]
      ),
      within: timing.effect
    )
    guard creation.isSuccess else { throw creation.refusal(missing: .unknownToken) }
    let customer: StripeCustomer = try creation.object()
    return customer.id
  }

  /// Returns a key for one step of a request with several steps, within Stripe's limit of 255 bytes.
  static func derived(_ step: String, from key: String) -> String {
    let digest = SHA256.hash(Array(key.utf8))
    let digits = [digest.0, digest.1, digest.2, digest.3].map { Hexadecimal.text($0, digitCount: 16) }
    return "\(step)-\(digits.joined())"
  }
}
