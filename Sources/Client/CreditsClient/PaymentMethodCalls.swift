public import CreditsAPI

/// `credits.v1.PaymentMethodService`.
public struct PaymentMethodCalls: Sendable {
  let caller: Caller

  /// Begins to set a card up on the page where its cardholder enters it. The page finishes the setup with the client secret
  /// (with Stripe.js: `confirmSetup`) and gets the token of the card, which is then saved.
  ///
  /// - Parameter idempotencyKey: New for each time that a card is to be entered. Only the processor remembers it, for 24
  ///   hours at least.
  /// - Throws: ``CreditsError/Reason/walletNotFound``, ``CreditsError/Reason/processorUnavailable``.
  public func setUp(
    _ walletID: String,
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> PaymentMethodSetup {
    let request = SetUpPaymentMethodRequest(idempotencyKey: idempotencyKey, walletID: walletID)
    let answer = try await caller.call(PaymentMethodServiceMethods.setUpPaymentMethod, request, timeout: timeout)
    return PaymentMethodSetup(id: answer.message.setupID, clientSecret: answer.message.clientSecret)
  }

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

/// A setup of a card that the cardholder's page finishes. Descriptions do not show the secret.
public struct PaymentMethodSetup: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
  /// The processor's id of the setup.
  public let id: String
  /// The secret with which the page finishes this setup, and nothing else. It belongs on the cardholder's page alone.
  public let clientSecret: String

  public var description: String { "payment method setup \(id)" }
  public var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}
