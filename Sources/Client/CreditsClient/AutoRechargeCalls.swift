public import CreditsAPI

// Automatic recharges: "when credit is below", "recharge for".
extension RechargeCalls {
  /// Saves what the customer wants of automatic recharges. Without threshold, amount and monthly limit, those that are
  /// saved stay.
  ///
  /// - Parameters:
  ///   - settings: Threshold and amount $10 to $1000, whole cents.
  ///   - idempotencyKey: 1 to 255 bytes; the same for every repetition of this attempt, another for the next one.
  /// - Throws: ``CreditsError/Reason/paymentMethodRequired``, ``CreditsError/Reason/amountOutOfRange``,
  ///   ``CreditsError/Reason/walletNotFound``.
  public func setAutoRecharge(
    _ walletID: String,
    _ settings: AutoRechargeSettings,
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> SavedAutoRecharge {
    let request = SetAutoRechargeRequest(idempotencyKey: idempotencyKey, walletID: walletID, settings: settings)
    let answer = try await caller.call(RechargeServiceMethods.setAutoRecharge, request, timeout: timeout)
    return SavedAutoRecharge(
      wallet: try answer.part(\.wallet),
      startsRecharge: answer.message.rechargeStarted,
      isReplayed: answer.isReplayed
    )
  }

  /// Arms automatic recharges again that are suspended or wait after a decline.
  ///
  /// - Throws: ``CreditsError/Reason/autoRechargeDisabled``, ``CreditsError/Reason/paymentMethodRequired``,
  ///   ``CreditsError/Reason/walletNotFound``.
  public func resumeAutoRecharge(
    _ walletID: String,
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> SavedAutoRecharge {
    let request = ResumeAutoRechargeRequest(idempotencyKey: idempotencyKey, walletID: walletID)
    let answer = try await caller.call(RechargeServiceMethods.resumeAutoRecharge, request, timeout: timeout)
    return SavedAutoRecharge(
      wallet: try answer.part(\.wallet),
      startsRecharge: answer.message.rechargeStarted,
      isReplayed: answer.isReplayed
    )
  }

  /// What automatic recharges are waiting for, and why they did or did not fire.
  ///
  /// - Throws: ``CreditsError/Reason/walletNotFound``.
  public func autoRecharge(_ walletID: String, timeout: Duration? = nil) async throws -> AutoRechargeReport {
    let request = GetAutoRechargeRequest(walletID: walletID)
    let answer = try await caller.call(RechargeServiceMethods.getAutoRecharge, request, timeout: timeout)
    return AutoRechargeReport(
      autoRecharge: answer.message.autoRecharge,
      explanation: answer.message.explanation,
      wallet: try answer.part(\.wallet)
    )
  }
}
