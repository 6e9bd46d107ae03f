public import CreditsAPI

// Several cards of a wallet, and what the processor tells.
extension PaymentMethodCalls {
  /// All saved cards, the newest first.
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

  /// Makes another saved card the one that recharges are paid with.
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

  /// Removes a saved card, here and at the processor. Where none is left, automatic recharges are suspended.
  ///
  /// - Throws: ``CreditsError/Reason/paymentMethodNotFound``, ``CreditsError/Reason/rechargeInProgress`` while the card
  ///   is being charged.
  /// - Returns: The wallet after it.
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

  /// Hands over what the processor sent, from whoever receives its webhooks. The same event has one effect.
  ///
  /// - Parameters:
  ///   - payload: The body of the processor's HTTP request, byte for byte.
  ///   - signature: What came with it; for Stripe, the header `Stripe-Signature`.
  /// - Throws: ``CreditsError/Reason/fieldInvalid`` where the processor did not send it,
  ///   ``CreditsError/Reason/processorUnavailable`` where it has to be delivered again.
  /// - Returns: The id of the recharge that it is about; nil where it changes nothing here.
  @discardableResult
  public func ingest(_ payload: [UInt8], signature: String, timeout: Duration? = nil) async throws -> String? {
    let request = IngestProcessorEventRequest(payload: payload, signature: signature)
    let answer = try await caller.call(PaymentMethodServiceMethods.ingestProcessorEvent, request, timeout: timeout)
    return answer.message.outcome == .taken ? answer.message.rechargeID : nil
  }
}

/// The cards of a wallet.
public struct SavedPaymentMethods: Sendable, Hashable {
  /// The newest first.
  public let paymentMethods: [PaymentMethod]
  /// The one that recharges are paid with; empty where there is none.
  public let defaultID: String
}
