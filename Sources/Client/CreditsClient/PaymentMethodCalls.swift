public import CreditsAPI

/// `credits.v1.PaymentMethodService`.
public struct PaymentMethodCalls: Sendable {
  let caller: Caller

  /// Saves a card without charging it, and makes it the default. Other cards stay saved.
  ///
  /// - Throws: ``CreditsError/Reason/paymentDeclined`` if the processor rejects the card,
  ///   ``CreditsError/Reason/paymentMethodLimit`` if the wallet already has ten cards.
  public func save(
    _ walletID: String,
    _ details: PaymentDetails,
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> PaymentMethod {
    let request = SavePaymentMethodRequest(
      idempotencyKey: idempotencyKey,
      walletID: walletID,
      paymentMethodToken: details.token,
      billingDetails: details.billing
    )
    let answer = try await caller.call(PaymentMethodServiceMethods.savePaymentMethod, request, timeout: timeout)
    return try answer.part(\.paymentMethod)
  }

  /// Returns the default card, which pays for recharges.
  ///
  /// - Throws: ``CreditsError/Reason/paymentMethodNotFound`` if no card is saved.
  public func get(_ walletID: String, timeout: Duration? = nil) async throws -> PaymentMethod {
    let request = GetPaymentMethodRequest(walletID: walletID)
    let answer = try await caller.call(PaymentMethodServiceMethods.getPaymentMethod, request, timeout: timeout)
    return try answer.part(\.paymentMethod)
  }

  /// Pays with a new card and, if the payment succeeds, saves it in place of the default card. Otherwise the old card stays
  /// and nothing is credited; check the recharge's state.
  ///
  /// - Parameters:
  ///   - amount: $10 to $1000, whole cents.
  ///   - details: The new card's.
  ///   - autoRecharge: Saved only if the payment succeeds; nil to keep what is saved.
  ///   - idempotencyKey: 1 to 255 bytes; reuse it to retry this request, use a new one for the next.
  /// - Throws: ``CreditsError/Reason/amountOutOfRange``, ``CreditsError/Reason/rechargeInProgress``.
  public func changeCardAndPay(
    _ walletID: String,
    _ amount: Money,
    with details: PaymentDetails,
    autoRecharge: AutoRechargeSettings? = nil,
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> RechargeResult {
    let request = ChangeCardAndPayRequest(
      idempotencyKey: idempotencyKey,
      walletID: walletID,
      paymentMethodToken: details.token,
      billingDetails: details.billing,
      amount: amount,
      autoRecharge: autoRecharge
    )
    let answer = try await caller.call(PaymentMethodServiceMethods.changeCardAndPay, request, timeout: timeout)
    return RechargeResult(
      recharge: try answer.part(\.recharge),
      wallet: try answer.part(\.wallet),
      entry: answer.message.entry,
      isReplayed: answer.isReplayed
    )
  }
}
