public import CreditsAPI

// Saved cards, and the processor's webhook events.
extension PaymentMethodCalls {
  /// Lists all saved cards, newest first.
  ///
  /// - Throws: ``CreditsError/Reason/walletNotFound``.
  public func list(_ walletID: String, timeout: Duration? = nil) async throws -> SavedPaymentMethods {
    let request = ListPaymentMethodsRequest(walletID: walletID)
    let answer = try await caller.call(PaymentMethodServiceMethods.listPaymentMethods, request, timeout: timeout)
    return SavedPaymentMethods(
      paymentMethods: answer.message.paymentMethods,
      defaultID: answer.message.defaultPaymentMethodID
    )
  }

  /// Makes a saved card the default, which pays for recharges.
  ///
  /// - Throws: ``CreditsError/Reason/paymentMethodNotFound``, ``CreditsError/Reason/walletNotFound``.
  @discardableResult
  public func setDefault(
    _ walletID: String,
    _ paymentMethodID: String,
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> Wallet {
    let request = SetDefaultPaymentMethodRequest(
      idempotencyKey: idempotencyKey,
      walletID: walletID,
      paymentMethodID: paymentMethodID
    )
    let answer = try await caller.call(PaymentMethodServiceMethods.setDefaultPaymentMethod, request, timeout: timeout)
    return try answer.part(\.wallet)
  }

  /// Edits the billing details of a saved card.
  ///
  /// - Parameters:
  ///   - paymentMethodID: Nil for the card that pays for recharges.
  ///   - billing: All billing details, as they are to be from now on.
  ///   - idempotencyKey: 1 to 255 bytes; reuse it to retry this request, use a new one for the next.
  /// - Throws: ``CreditsError/Reason/paymentMethodNotFound``, ``CreditsError/Reason/walletNotFound``,
  ///   ``CreditsError/Reason/fieldInvalid``.
  @discardableResult
  public func updateBilling(
    _ walletID: String,
    _ billing: BillingDetails,
    of paymentMethodID: String? = nil,
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> PaymentMethod {
    let request = UpdateBillingDetailsRequest(
      idempotencyKey: idempotencyKey,
      walletID: walletID,
      paymentMethodID: paymentMethodID ?? "",
      billingDetails: billing
    )
    let answer = try await caller.call(PaymentMethodServiceMethods.updateBillingDetails, request, timeout: timeout)
    return try answer.part(\.paymentMethod)
  }

  /// Removes a saved card, here and at the processor. Removing the last card suspends automatic recharges.
  ///
  /// - Throws: ``CreditsError/Reason/paymentMethodNotFound``, ``CreditsError/Reason/rechargeInProgress`` while the card
  ///   is being charged.
  /// - Returns: The updated wallet.
  @discardableResult
  public func remove(
    _ walletID: String,
    _ paymentMethodID: String,
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> Wallet {
    let request = RemovePaymentMethodRequest(
      idempotencyKey: idempotencyKey,
      walletID: walletID,
      paymentMethodID: paymentMethodID
    )
    let answer = try await caller.call(PaymentMethodServiceMethods.removePaymentMethod, request, timeout: timeout)
    return try answer.part(\.wallet)
  }

  /// Submits a webhook event of the processor. An event that is submitted again has no further effect.
  ///
  /// - Parameters:
  ///   - payload: The body of the processor's HTTP request, byte for byte.
  ///   - signature: The event's signature; for Stripe, the header `Stripe-Signature`.
  /// - Throws: ``CreditsError/Reason/fieldInvalid`` if the processor did not send the event,
  ///   ``CreditsError/Reason/processorUnavailable`` if it must be delivered again.
  /// - Returns: The id of the recharge that the event changed, or nil if it changed none.
  @discardableResult
  public func ingest(_ payload: [UInt8], signature: String, timeout: Duration? = nil) async throws -> String? {
    let request = IngestProcessorEventRequest(payload: payload, signature: signature)
    let answer = try await caller.call(PaymentMethodServiceMethods.ingestProcessorEvent, request, timeout: timeout)
    return answer.message.outcome == .taken ? answer.message.rechargeID : nil
  }
}

/// The cards of a wallet.
public struct SavedPaymentMethods: Sendable, Hashable {
  /// Newest first.
  public let paymentMethods: [PaymentMethod]
  /// The id of the card that pays for recharges; empty if no card is saved.
  public let defaultID: String
}
