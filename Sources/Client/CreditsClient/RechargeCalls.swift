public import CreditsAPI

/// `credits.v1.RechargeService`.
public struct RechargeCalls: Sendable {
  let caller: Caller

  /// Returns the content of a page for adding credits: the wallet, the limits, suggested amounts, and the saved card or
  /// that payment details are needed.
  ///
  /// - Throws: ``CreditsError/Reason/walletNotFound``.
  public func options(_ walletID: String, timeout: Duration? = nil) async throws -> RechargeOptions {
    let request = GetRechargeOptionsRequest(walletID: walletID)
    return try await caller.call(RechargeServiceMethods.getRechargeOptions, request, timeout: timeout).message
  }

  /// Pays for credits with the saved card, or with a new card that is saved if the payment succeeds.
  ///
  /// A declined card is not thrown as an error: check the recharge's state.
  ///
  /// - Parameters:
  ///   - amount: $10 to $1000, whole cents.
  ///   - details: Required for the first payment; nil uses the saved card.
  ///   - autoRecharge: Settings to save if the payment succeeds; nil keeps the saved ones.
  ///   - idempotencyKey: 1 to 255 bytes; reuse it to retry this request, use a new one for the next.
  /// - Throws: ``CreditsError/Reason/paymentMethodRequired``, ``CreditsError/Reason/amountOutOfRange``,
  ///   ``CreditsError/Reason/rechargeInProgress``, ``CreditsError/Reason/walletNotFound``,
  ///   ``CreditsError/Reason/paymentMethodLimit``, ``CreditsError/Reason/walletFrozen``,
  ///   ``CreditsError/Reason/walletClosed``.
  public func pay(
    _ walletID: String,
    _ amount: Money,
    with details: PaymentDetails? = nil,
    autoRecharge: AutoRechargeSettings? = nil,
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> RechargeResult {
    let request = RechargeRequest(
      idempotencyKey: idempotencyKey,
      walletID: walletID,
      amount: amount,
      paymentMethodToken: details?.token ?? "",
      billingDetails: details?.billing,
      autoRecharge: autoRecharge
    )
    let answer = try await caller.call(RechargeServiceMethods.recharge, request, timeout: timeout)
    return RechargeResult(
      recharge: try answer.part(\.recharge),
      wallet: try answer.part(\.wallet),
      entry: answer.message.entry,
      isReplayed: answer.isReplayed
    )
  }

  /// Returns the current state of a recharge.
  ///
  /// - Throws: ``CreditsError/Reason/rechargeNotFound``.
  public func get(_ rechargeID: String, timeout: Duration? = nil) async throws -> Recharge {
    let request = GetRechargeRequest(rechargeID: rechargeID)
    let answer = try await caller.call(RechargeServiceMethods.getRecharge, request, timeout: timeout)
    return try answer.part(\.recharge)
  }
}
