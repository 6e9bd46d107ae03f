package import Ledger
package import PaymentProcessing

extension StripeProcessor {
  package func createCharge(_ request: ChargeRequest) async throws(ProcessorFailure) -> ChargeResult {
    let token = try StripeToken(request.token)
    let fields = try fields(of: request, token)
    let call = call(within: timing.effect)
    let answer = try await call.send(.post("payment_intents", key: request.key, fields))
    var intent = try await intent(in: answer, of: request, token, call)
    // A stored answer is as old as the request that it was made for.
    if answer.isReplayed, let now = try await self.intent(id: intent.id, call) { intent = now }
    try checkMode(intent.livemode)
    guard intent.metadata?[MetadataName.key] == request.key else {
      throw .outcomeUnknown("Stripe answered with another charge")
    }
    knownIntents.remember(intent.id, for: request.key)
    return try await charge(intent, call)
  }

  package func findCharge(key: String) async throws(ProcessorFailure) -> ChargeResult? {
    let call = call(within: timing.lookup)
    guard let intent = try await intent(key: key, call) else { return nil }
    return try await charge(intent, call)
  }

  package func findCharge(id: String) async throws(ProcessorFailure) -> ChargeResult? {
    let call = call(within: timing.lookup)
    guard let intent = try await intent(id: id, call), intent.isOurs else { return nil }
    return try await charge(intent, call)
  }

  package func cancelCharge(key: String) async throws(ProcessorFailure) -> ChargeResult? {
    let call = call(within: timing.effect)
    guard let intent = try await intent(key: key, call) else { return nil }
    guard intent.waitsForCardholder else { return try await charge(intent, call) }
    return try await cancel(intent, call).charge(returnPage)
  }

  // MARK: Requests

  private func fields(
    of request: ChargeRequest,
    _ token: StripeToken
  ) throws(ProcessorFailure) -> [(String, String)] {
    var fields = [
      ("amount", String(try MinorUnits.count(of: request.amount))),
      ("currency", request.amount.currency.code.lowercased()),
      ("payment_method", token.paymentMethod), ("payment_method_types[0]", "card"), ("confirm", "true"),
      ("metadata[\(MetadataName.key)]", request.key),
      ("metadata[\(MetadataName.rechargeID)]", request.rechargeID.value),
      ("metadata[\(MetadataName.walletID)]", request.walletID.value),
    ]
    if let customer = token.customer { fields.append(("customer", customer)) }
    if request.isCardholderPresent {
      // The cardholder agrees to later charges together with this one.
      if token.customer != nil { fields.append(("setup_future_usage", "off_session")) }
      if let returnPage { fields.append(("return_url", returnPage.address)) }
    } else {
      fields.append(("off_session", "true"))
    }
    if texts.sendsReceipts, let email = request.billing?.email, EmailAddress.isValid(email) {
      fields.append(("receipt_email", email))
    }
    if let description = texts.description { fields.append(("description", description)) }
    if let suffix = texts.statementSuffix { fields.append(("statement_descriptor_suffix", suffix)) }
    return fields
  }

  /// Returns the intent that an answer to the creation is about.
  private func intent(
    in answer: StripeAnswer,
    of request: ChargeRequest,
    _ token: StripeToken,
    _ call: StripeCall
  ) async throws(ProcessorFailure) -> StripePaymentIntent {
    if answer.isSuccess { return try answer.object() }
    switch answer.refusal {
    // The error contains the intent that it ended.
    case .some where answer.error?.paymentIntent != nil:
      if let ended = answer.error?.paymentIntent { return ended }
    case .declined:
      if let ended = try await intent(key: request.key, call) { return ended }
      throw .outcomeUnknown("Stripe declines a charge that it does not show")
    // The same charge may have been asked for with other words for its receipt, before a restart with other options.
    case .keyReused:
      guard let earlier = try await intent(key: request.key, call) else {
        throw .outcomeUnknown("the key was used for another request, which is not found")
      }
      let method = earlier.paymentMethod?.id ?? earlier.lastPaymentError?.paymentMethod?.id
      guard try earlier.charge(returnPage).amount == request.amount,
        earlier.metadata?[MetadataName.rechargeID] == request.rechargeID.value,
        earlier.metadata?[MetadataName.walletID] == request.walletID.value,
        method == nil || method == token.paymentMethod
      else { throw answer.failure(missing: .unknownToken) }
      return earlier
    case .missing, .unusableCard, .invalid, nil: break
    }
    throw answer.failure(missing: .unknownToken)
  }

  // MARK: Intents

  /// Brings an intent to an end where that is for us to do, and converts it to its charge.
  private func charge(_ intent: StripePaymentIntent, _ call: StripeCall) async throws(ProcessorFailure) -> ChargeResult
  {
    switch intent.remainder(returnPage, now: clock()) {
    case .none: return try intent.charge(returnPage)
    case .confirmation(let method):
      return try await ended(try await confirmation(of: intent, with: method, call), call)
    case .cancellation: return try await ended(intent, call)
    }
  }

  /// Cancels an intent that has ended here, because its client secret could still pay it. If it was paid all the same, that
  /// is what became of it.
  private func ended(
    _ intent: StripePaymentIntent,
    _ call: StripeCall
  ) async throws(ProcessorFailure) -> ChargeResult {
    let code: String?
    switch intent.remainder(returnPage, now: clock()) {
    case .none: return try intent.charge(returnPage)
    case .confirmation: code = intent.lastPaymentError?.reason
    case .cancellation(let declineCode): code = declineCode
    }
    var charge = try await cancel(intent, call).charge(returnPage)
    if charge.status == .cancelled, let code { charge.status = .declined(code: code) }
    return charge
  }

  /// Confirms an intent again, on session, which gives the address at which its cardholder authenticates. Returns the intent
  /// as it is then; unchanged if Stripe refuses.
  private func confirmation(
    of intent: StripePaymentIntent,
    with method: String,
    _ call: StripeCall
  ) async throws(ProcessorFailure) -> StripePaymentIntent {
    guard let returnPage else { return intent }
    let path = "payment_intents/\(intent.id)"
    let answer = try await call.sendNumbered(
      path + "/confirm",
      key: { StripeCall.key("confirm", of: intent.id, number: $0) },
      [("payment_method", method), ("off_session", "false"), ("return_url", returnPage.address(of: intent.id))]
    ) { () async throws(ProcessorFailure) in
      let now = try await call.send(.get(path))
      let known: StripePaymentIntent = try now.object()
      return known.lacksCardholder ? nil : now
    }
    if answer.isSuccess {
      let confirmed: StripePaymentIntent = try answer.object()
      try checkMode(confirmed.livemode)
      return confirmed
    }
    guard answer.refusal != nil else { throw answer.failure(missing: .unknownToken) }
    if let declined = answer.error?.paymentIntent { return declined }
    guard let now = try await self.intent(id: intent.id, call) else { throw .outcomeUnknown("Stripe lost a charge") }
    return now
  }

  /// Returns the intent after the cancellation: as paid, if the cardholder was faster.
  private func cancel(
    _ intent: StripePaymentIntent,
    _ call: StripeCall
  ) async throws(ProcessorFailure) -> StripePaymentIntent {
    let path = "payment_intents/\(intent.id)"
    let answer = try await call.sendNumbered(
      path + "/cancel",
      key: { StripeCall.key("cancel", of: intent.id, number: $0) }
    ) { () async throws(ProcessorFailure) in
      let now = try await call.send(.get(path))
      let known: StripePaymentIntent = try now.object()
      return known.waitsForCardholder ? nil : now
    }
    if answer.isSuccess { return try answer.object() }
    // The cardholder has authenticated the charge, or it was cancelled before.
    guard answer.refusal != nil else { throw answer.failure(missing: .unknownToken) }
    guard let now = try await self.intent(id: intent.id, call) else { throw .outcomeUnknown("Stripe lost a charge") }
    guard !now.waitsForCardholder else { throw .outcomeUnknown("Stripe does not cancel a charge that it could") }
    return now
  }
}
