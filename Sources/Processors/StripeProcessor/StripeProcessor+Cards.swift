package import Ledger
package import PaymentProcessing

extension StripeProcessor {
  package func describeCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Card {
    let token = try StripeToken(token)
    guard let method = try await method(token.paymentMethod, call(within: timing.lookup)) else { throw .unknownToken }
    // A payment method that was detached, and possibly attached elsewhere, is no longer the one that the token names.
    guard token.customer == nil || token.customer == method.customer?.id else { throw .unknownToken }
    return try method.shown()
  }

  /// Describes the card: Stripe contacts the card's bank only when a card is attached or charged.
  package func verifyCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Card {
    try await describeCard(token)
  }

  /// Begins a SetupIntent (https://docs.stripe.com/payments/save-and-reuse), which the page finishes with Stripe.js.
  package func createCardSetup(_ request: CardSetupRequest) async throws(ProcessorFailure) -> CardSetup {
    let call = call(within: timing.effect)
    let answer = try await withCustomer(of: request.walletID, call) { customer, number async throws(ProcessorFailure) in
      try await call.send(
        .post(
          "setup_intents",
          key: number == 0 ? request.key : StripeCall.key("setup", of: request.key, number: number),
          [
            ("customer", customer), ("usage", "off_session"), ("payment_method_types[0]", "card"),
            ("metadata[\(MetadataName.walletID)]", request.walletID.value),
          ]
        )
      )
    }
    guard answer.isSuccess else { throw answer.failure(missing: .rejected("Stripe knows no such customer")) }
    let setup: StripeSetupIntent = try answer.object()
    try checkMode(setup.livemode)
    return CardSetup(id: setup.id, clientSecret: setup.clientSecret)
  }

  package func attachCard(_ request: AttachRequest) async throws(ProcessorFailure) -> CardAttachment {
    let token = try StripeToken(request.token)
    guard EmailAddress.isValid(request.billing.email) else { throw .rejected("the e-mail address is none") }
    let call = call(within: timing.effect)
    var owner = ""
    let attachment = try await withCustomer(of: request.walletID, call) {
      customer,
      number async throws(ProcessorFailure) in
      owner = customer
      let path = "payment_methods/\(token.paymentMethod)"
      let key = number == 0 ? request.key : StripeCall.key("attach", of: request.key, number: number)
      let answer = try await call.send(.post(path + "/attach", key: key, [("customer", customer)]))
      switch answer.refusal {
      // Stripe refuses to attach what is attached already, as it is after a setup.
      case .unusableCard, .invalid: break
      case nil where answer.isStoredFailure: break
      case .declined, .keyReused, .missing, nil: return answer
      }
      let now = try await call.send(.get(path))
      guard now.isSuccess else { return answer }
      let method: StripePaymentMethod = try now.object()
      return method.customer?.id == customer ? now : answer
    }
    if case .declined(let code) = attachment.refusal { throw .cardDeclined(code: code) }
    guard attachment.isSuccess else { throw attachment.failure(missing: .unknownToken) }
    let method: StripePaymentMethod = try attachment.object()
    try checkMode(method.livemode)
    let customer = method.customer?.id ?? owner
    let attached = StripeToken(customer: customer, paymentMethod: method.id)
    do throws(ProcessorFailure) {
      try await setBilling(request, of: method.id, call)
    } catch {
      // A card that is refused now must not stay attached. If this fails, too, it is attached in vain.
      if case .rejected = error { try? await detach(attached, call) }
      throw error
    }
    return CardAttachment(token: attached.token, card: try method.shown())
  }

  package func detachCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) {
    try await detach(try StripeToken(token), call(within: timing.effect))
  }

  // MARK: Steps

  private func method(_ id: String, _ call: StripeCall) async throws(ProcessorFailure) -> StripePaymentMethod? {
    let answer = try await call.send(.get("payment_methods/\(id)"))
    if case .missing = answer.refusal { return nil }
    guard answer.isSuccess else { throw answer.failure(missing: .unknownToken) }
    let method: StripePaymentMethod = try answer.object()
    try checkMode(method.livemode)
    return method
  }

  private func setBilling(
    _ request: AttachRequest,
    of method: String,
    _ call: StripeCall
  ) async throws(ProcessorFailure) {
    let billing = request.billing
    let address = [
      ("billing_details[address][line1]", billing.street), ("billing_details[address][city]", billing.city),
    ].filter { !$0.1.isEmpty }
    let details = try await call.sendNumbered(
      "payment_methods/\(method)",
      key: { StripeCall.key("billing", of: request.key, number: $0) },
      [
        ("billing_details[name]", billing.name), ("billing_details[email]", billing.email),
        ("billing_details[address][country]", billing.country),
        ("billing_details[address][postal_code]", billing.postalCode),
        ("metadata[\(MetadataName.walletID)]", request.walletID.value),
      ] + address
    ) { () async throws(ProcessorFailure) in nil }
    guard details.isSuccess else { throw details.failure(missing: .unknownToken) }
  }

  /// Detaches a payment method from the customer that the token names, and from no other.
  private func detach(_ token: StripeToken, _ call: StripeCall) async throws(ProcessorFailure) {
    func isDetached() async throws(ProcessorFailure) -> Bool {
      guard let method = try await method(token.paymentMethod, call), let customer = method.customer?.id else {
        return true
      }
      return token.customer != nil && token.customer != customer
    }
    if try await isDetached() { return }
    try await call.underNumbers { number async throws(ProcessorFailure) -> Void? in
      let key = StripeCall.key("detach", of: token.paymentMethod, number: number)
      let answer = try await call.send(.post("payment_methods/\(token.paymentMethod)/detach", key: key))
      if answer.isSuccess { return () }
      if try await isDetached() { return () }
      guard answer.isStoredFailure else { throw answer.failure(missing: .unknownToken) }
      return nil
    }
  }

  // MARK: Customers

  /// Sends a request that names the wallet's customer. If Stripe has no such customer any more, or repeats a failure that it
  /// has stored, the request is sent again under the next number, for another customer in the first case.
  private func withCustomer(
    of walletID: WalletID,
    _ call: StripeCall,
    _ send: (_ customer: String, _ number: Int) async throws(ProcessorFailure) -> StripeAnswer
  ) async throws(ProcessorFailure) -> StripeAnswer {
    var lost: Set<String> = []
    return try await call.underNumbers { number async throws(ProcessorFailure) -> StripeAnswer? in
      let customer = try await customer(of: walletID, except: lost, call)
      let answer = try await send(customer, number)
      if case .missing(parameter: "customer") = answer.refusal {
        lost.insert(customer)
        knownCustomers.forget(id: customer)
        return nil
      }
      return answer.isStoredFailure && answer.refusal == nil ? nil : answer
    }
  }

  /// Returns the wallet's customer, creating it if needed. Search lags by about a minute and the key is valid for a day, so
  /// together they create only one customer.
  private func customer(
    of walletID: WalletID,
    except lost: Set<String>,
    _ call: StripeCall
  ) async throws(ProcessorFailure) -> String {
    if let customer = try await existingCustomer(of: walletID, except: lost, call) { return customer }
    return try await call.underNumbers { number async throws(ProcessorFailure) -> String? in
      let answer = try await call.send(
        .post(
          "customers",
          key: StripeCall.key("customer", of: walletID.value, number: number),
          [("metadata[\(MetadataName.walletID)]", walletID.value)]
        )
      )
      if answer.isSuccess {
        let customer: StripeCustomer = try answer.object()
        try checkMode(customer.livemode)
        // The key may still answer with a customer that was deleted since.
        guard !lost.contains(customer.id) else { return nil }
        knownCustomers.remember(customer.id, for: walletID.value)
        return customer.id
      }
      guard answer.isStoredFailure else { throw answer.failure(missing: .rejected("Stripe makes no customer")) }
      return nil
    }
  }
}
