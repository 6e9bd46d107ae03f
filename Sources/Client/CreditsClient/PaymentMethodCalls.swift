public import CreditsAPI

/// `credits.v1.PaymentMethodService`.
public struct PaymentMethodCalls: Sendable {
  let caller: Caller

  /// Saves a card without paying. Recharges are paid with it from then on; the others stay saved.
  ///
  /// - Throws: ``CreditsError/Reason/paymentDeclined`` when the processor will not have it,
  ///   ``CreditsError/Reason/paymentMethodLimit`` when the wallet has ten.
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

  /// The card that recharges are paid with.
  ///
  /// - Throws: ``CreditsError/Reason/paymentMethodNotFound`` when none is saved.
  public func get(_ walletID: String, timeout: Duration? = nil) async throws -> PaymentMethod {
    let request = GetPaymentMethodRequest(walletID: walletID)
    let answer = try await caller.call(PaymentMethodServiceMethods.getPaymentMethod, request, timeout: timeout)
    return try answer.part(\.paymentMethod)
  }

  /// Change Card and Pay: pays with a new card and, if it pays, saves it in place of the one that recharges were paid
  /// with. Otherwise the old card stays and nothing is credited; look at the recharge's state.
  ///
  /// - Parameter amount: $10 to $1000, whole cents.
  /// - Throws: ``CreditsError/Reason/amountOutOfRange``, ``CreditsError/Reason/rechargeInProgress``.
  public func changeCardAndPay(
    _ walletID: String,
    _ amount: Money,
    with details: PaymentDetails,
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> RechargeResult {
    let request = ChangeCardAndPayRequest(
      idempotencyKey: idempotencyKey,
      walletID: walletID,
      paymentMethodToken: details.token,
      billingDetails: details.billing,
      amount: amount
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
