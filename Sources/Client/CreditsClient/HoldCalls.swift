public import CreditsAPI

/// Credits set aside for usage whose price is not yet known: place a hold, capture what the usage cost, and let go of the
/// rest.
public struct HoldCalls: Sendable {
  let caller: Caller

  /// Sets credits aside: all of the amount, or nothing.
  ///
  /// - Parameters:
  ///   - amount: Above zero, in the wallet's currency.
  ///   - reason: What the hold is for; its captures carry it.
  ///   - reference: The caller's name for the usage, such as a call's id; up to 255 bytes.
  ///   - lifetime: How long to keep it, in whole seconds from 1 second to 7 days; 10 minutes where it is nil.
  ///   - waitsForRecharge: Where too little is available and an automatic recharge is under way, or begins for that
  ///     reason, wait for it within the timeout.
  ///   - idempotencyKey: 1 to 255 bytes; the same for every repetition of this attempt, another for the next one.
  /// - Throws: ``CreditsError/Reason/insufficientCredits`` when the wallet has too little;
  ///   ``CreditsError/Reason/rechargeInProgress`` when the recharge took too long: try again with the same key;
  ///   ``CreditsError/Reason/walletNotFound``, ``CreditsError/Reason/walletFrozen``,
  ///   ``CreditsError/Reason/walletClosed``.
  public func place(
    _ walletID: String,
    _ amount: Money,
    for reason: Entry.Reason,
    reference: String = "",
    lifetime: Duration? = nil,
    waitsForRecharge: Bool = false,
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> PlacedHold {
    let request = PlaceHoldRequest(
      idempotencyKey: idempotencyKey,
      walletID: walletID,
      amount: amount,
      reason: reason,
      reference: reference,
      ttl: lifetime.map { CreditsAPI.LengthOfTime($0) },
      waitForRecharge: waitsForRecharge
    )
    let answer = try await caller.call(WalletServiceMethods.placeHold, request, timeout: timeout)
    return PlacedHold(
      hold: try answer.part(\.hold),
      wallet: try answer.part(\.wallet),
      affordable: try answer.part(\.affordable),
      isLastUnit: answer.message.lastUnit,
      isReplayed: answer.isReplayed
    )
  }

  /// Reads a hold.
  ///
  /// - Throws: ``CreditsError/Reason/holdNotFound``.
  public func get(_ holdID: String, timeout: Duration? = nil) async throws -> Hold {
    let answer = try await caller.call(WalletServiceMethods.getHold, GetHoldRequest(holdID: holdID), timeout: timeout)
    return try answer.part(\.hold)
  }

  /// Sets more aside, keeps the hold for longer, or both: all of it, or nothing.
  ///
  /// - Parameters:
  ///   - amount: What to set aside beside the rest; nil for nothing.
  ///   - lifetime: How long to keep the hold from now on; it never ends sooner than it would have.
  ///   - idempotencyKey: 1 to 255 bytes; the same for every repetition of this attempt, another for the next one.
  /// - Throws: ``CreditsError/Reason/holdResolved``, and what `place` throws.
  public func extend(
    _ holdID: String,
    by amount: Money? = nil,
    lifetime: Duration? = nil,
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> PlacedHold {
    let request = ExtendHoldRequest(
      idempotencyKey: idempotencyKey,
      holdID: holdID,
      additionalAmount: amount,
      ttl: lifetime.map { CreditsAPI.LengthOfTime($0) }
    )
    let answer = try await caller.call(WalletServiceMethods.extendHold, request, timeout: timeout)
    return PlacedHold(
      hold: try answer.part(\.hold),
      wallet: try answer.part(\.wallet),
      affordable: try answer.part(\.affordable),
      isLastUnit: answer.message.lastUnit,
      isReplayed: answer.isReplayed
    )
  }

  /// Charges usage: out of the hold, above it out of what is available, above that as a shortfall that leaves less than
  /// nothing available. A hold that has expired can still be captured.
  ///
  /// - Parameters:
  ///   - amount: What the usage cost: above zero.
  ///   - isFinal: No more usage comes: what remains is given back.
  ///   - idempotencyKey: 1 to 255 bytes; the same for every repetition of this attempt, another for the next one.
  /// - Throws: ``CreditsError/Reason/shortfallLimit``, ``CreditsError/Reason/holdResolved``,
  ///   ``CreditsError/Reason/holdNotFound``.
  public func capture(
    _ holdID: String,
    _ amount: Money,
    isFinal: Bool,
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> Capture {
    let request = CaptureHoldRequest(
      idempotencyKey: idempotencyKey,
      holdID: holdID,
      amount: amount,
      final: isFinal
    )
    let answer = try await caller.call(WalletServiceMethods.captureHold, request, timeout: timeout)
    return Capture(
      hold: try answer.part(\.hold),
      wallet: try answer.part(\.wallet),
      entry: try answer.part(\.entry),
      isReplayed: answer.isReplayed
    )
  }

  /// Gives back what a hold still sets aside. Returns the wallet after it.
  ///
  /// - Throws: ``CreditsError/Reason/holdResolved``, ``CreditsError/Reason/holdNotFound``.
  @discardableResult
  public func release(
    _ holdID: String,
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> Wallet {
    let request = ReleaseHoldRequest(idempotencyKey: idempotencyKey, holdID: holdID)
    let answer = try await caller.call(WalletServiceMethods.releaseHold, request, timeout: timeout)
    return try answer.part(\.wallet)
  }
}
