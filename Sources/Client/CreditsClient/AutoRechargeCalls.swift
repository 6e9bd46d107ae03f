public import CreditsAPI

// Automatic recharges, which start when the available credit falls below a threshold.
extension RechargeCalls {
  /// Saves the settings of automatic recharges. A threshold, amount or monthly limit left unset keeps its saved value.
  ///
  /// - Parameters:
  ///   - settings: Threshold and amount $10 to $1000, whole cents.
  ///   - idempotencyKey: 1 to 255 bytes; reuse it to retry this request, use a new one for the next.
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

  /// Rearms automatic recharges that are suspended or backing off after a decline.
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

  /// Returns the state of automatic recharges, with an explanation of why they did or did not start.
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
