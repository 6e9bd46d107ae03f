import Foundation
package import Ledger
package import PaymentProcessing

extension StripeProcessor {
  package func createCharge(_ request: ChargeRequest) async throws(ProcessorFailure) -> ChargeResult {
    let token = try StripeToken(request.token)
    var fields = [
      ("amount", String(try MinorUnits.count(of: request.amount))),
      ("currency", request.amount.currency.code.lowercased()),
      ("payment_method", token.paymentMethod), ("payment_method_types[0]", "card"),
      ("confirm", "true"), ("off_session", "true"),
      ("metadata[\(MetadataName.key)]", request.key),
      ("metadata[\(MetadataName.rechargeID)]", request.rechargeID.value),
      ("metadata[\(MetadataName.walletID)]", request.walletID.value),
    ]
    if let customer = token.customer { fields.append(("customer", customer)) }
    let answer = try await connection.send(.post("payment_intents", key: request.key, fields), within: timing.effect)
    let intent: StripePaymentIntent
    if answer.isSuccess {
      intent = try answer.object()
    } else if answer.status == 402 {
      // The error contains the intent that it ended. If it does not, look up the intent.
      guard let declined = try await either(answer.error?.paymentIntent, orIntentOf: request.key) else {
        throw .outcomeUnknown("Stripe declines a charge that it does not show")
      }
      intent = declined
    } else {
      throw answer.refusal(missing: .unknownToken)
    }
    return try await charge(intent)
  }

  package func findCharge(key: String) async throws(ProcessorFailure) -> ChargeResult? {
    guard let intent = try await intent(key: key) else { return nil }
    return try await charge(intent)
  }

  package func findCharge(id: String) async throws(ProcessorFailure) -> ChargeResult? {
    guard let intent = try await intent(id: id), intent.isOurs else { return nil }
    return try await charge(intent)
  }

  package func cancelCharge(key: String) async throws(ProcessorFailure) -> ChargeResult? {
    guard let intent = try await intent(key: key) else { return nil }
    guard intent.waitsForCardholder else { return try await charge(intent) }
    let answer = try await cancellation(of: intent)
    if answer.isSuccess { return try await charge(try answer.object()) }
    // The cardholder has already authenticated the charge, or it was cancelled before.
    guard let now = try await self.intent(id: intent.id) else { throw .outcomeUnknown("Stripe lost a charge") }
    return try await charge(now)
  }

  // MARK: Intents

  /// Converts an intent to its charge. An intent that failed because the cardholder was absent is confirmed again on session,
  /// to get the address for the authentication. An intent that needs authentication without an address is cancelled.
  private func charge(_ intent: StripePaymentIntent) async throws(ProcessorFailure) -> ChargeResult {
    guard !intent.lacksAddress(returnPage) else {
      let answer = try await cancellation(of: intent)
      let cancelled: StripePaymentIntent = try answer.object()
      return try cancelled.charge(returnPage)
    }
    guard intent.lacksCardholder, let returnPage, let method = intent.lastPaymentError?.paymentMethod?.id else {
      return try intent.charge(returnPage)
    }
    let answer = try await connection.send(
      .post(
        "payment_intents/\(intent.id)/confirm",
        key: Self.derived("confirm", from: intent.id),
        [("payment_method", method), ("off_session", "false"), ("return_url", returnPage.address(of: intent.id))]
      ),
      within: timing.effect
    )
    if answer.isSuccess {
      let confirmed: StripePaymentIntent = try answer.object()
      return try confirmed.charge(returnPage)
    }
    guard answer.status == 402, let declined = answer.error?.paymentIntent else {
      throw .outcomeUnknown("Stripe answered \(answer.status) to the confirmation")
    }
    return try declined.charge(returnPage)
  }

  private func cancellation(of intent: StripePaymentIntent) async throws(ProcessorFailure) -> StripeAnswer {
    try await connection.send(
      .post("payment_intents/\(intent.id)/cancel", key: Self.derived("cancel", from: intent.id)),
      within: timing.effect
    )
  }

  private func either(
    _ intent: StripePaymentIntent?,
    orIntentOf key: String
  ) async throws(ProcessorFailure) -> StripePaymentIntent? {
    if let intent { return intent }
    return try await self.intent(key: key)
  }

  private func intent(id: String) async throws(ProcessorFailure) -> StripePaymentIntent? {
    guard StripeToken.isName(id) else { return nil }
    let answer = try await connection.send(.get("payment_intents/\(id)"), within: timing.lookup)
    if answer.status == 404 { return nil }
    guard answer.isSuccess else { throw answer.refusal(missing: .unknownToken) }
    return try answer.object()
  }

  private func intent(key: String) async throws(ProcessorFailure) -> StripePaymentIntent? {
    let answer = try await connection.send(
      .get("payment_intents/search", [("query", StripeSearch.query(MetadataName.key, key)), ("limit", "1")]),
      within: timing.lookup
    )
    guard answer.status != 404 else {
      // Some servers that implement Stripe's API do not support search.
      return try await newest("payment_intents") { (intent: StripePaymentIntent) in
        intent.metadata?[MetadataName.key] == key
      }
    }
    guard answer.isSuccess else { throw answer.refusal(missing: .unknownToken) }
    let found: StripeList<StripePaymentIntent> = try answer.object()
    return found.data.first
  }

  /// The maximum number of pages read of a list. Lookups do not find older objects, which is allowed: nil proves nothing.
  private static let longestList = 10
  private static let pageSize = 100

  /// Returns the newest object of a list that satisfies `isWanted`. Stripe returns lists newest first.
  func newest<Object: Decodable & Identifiable>(
    _ path: String,
    _ filter: [(String, String)] = [],
    _ isWanted: (Object) -> Bool
  ) async throws(ProcessorFailure) -> Object? where Object.ID == String {
    let first = filter + [("limit", String(Self.pageSize))]
    var fields = first
    for _ in 1...Self.longestList {
      let answer = try await connection.send(.get(path, fields), within: timing.lookup)
      guard answer.isSuccess else { throw answer.refusal(missing: .unknownToken) }
      let page: StripeList<Object> = try answer.object()
      for object in page.data where isWanted(object) { return object }
      guard page.hasMore == true, let last = page.data.last else { return nil }
      fields = first + [("starting_after", last.id)]
    }
    return nil
  }
}
