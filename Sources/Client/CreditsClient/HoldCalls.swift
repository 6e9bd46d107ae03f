public import CreditsAPI

/// Holds, which set credits aside for usage whose price is not yet known: place a hold, capture the cost of the usage,
/// and release the rest.
public struct HoldCalls: Sendable {
  let caller: Caller

  /// Sets credits aside: all of the amount, or nothing.
  ///
  /// - Parameters:
  ///   - amount: Greater than zero, in the wallet's currency.
  ///   - reason: What the hold is for; its captures have the same reason.
  ///   - reference: The caller's name for the usage, such as the id of a phone call; up to 255 bytes.
  ///   - lifetime: Time until the hold expires, in whole seconds from 1 second to 7 days; 10 minutes if nil.
  ///   - waitsForRecharge: Whether to wait, within the timeout, for an automatic recharge if too little is available and
  ///     one is in progress or starts because of it.
  ///   - idempotencyKey: 1 to 255 bytes; reuse it to retry this request, use a new one for the next.
  /// - Throws: ``CreditsError/Reason/insufficientCredits`` if the wallet has too little;
  ///   ``CreditsError/Reason/rechargeInProgress`` if the recharge took too long: retry with the same key;
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

  /// Lists one page of open holds, of a wallet or of all wallets, the one that expires first first.
  ///
  /// - Parameters:
  ///   - walletID: Nil for all wallets.
  ///   - pageSize: At most 1000.
  ///   - pageToken: ``Page/nextPageToken`` of the previous page, with the other arguments unchanged; empty for the first.
  /// - Throws: ``CreditsError/Reason/walletNotFound``.
  public func list(
    _ walletID: String? = nil,
    pageSize: Int32 = 50,
    pageToken: String = "",
    timeout: Duration? = nil
  ) async throws -> Page<Hold> {
    let request = ListHoldsRequest(walletID: walletID ?? "", pageSize: pageSize, pageToken: pageToken)
    let answer = try await caller.call(WalletServiceMethods.listHolds, request, timeout: timeout)
    return Page(items: answer.message.holds, nextPageToken: answer.message.nextPageToken)
  }

  /// Increases the amount of a hold, extends its lifetime, or both. Either everything takes effect or nothing does.
  ///
  /// - Parameters:
  ///   - amount: The additional amount to set aside; nil for none.
  ///   - lifetime: Time until the hold expires, counted from now; never shortens the hold.
  ///   - idempotencyKey: 1 to 255 bytes; reuse it to retry this request, use a new one for the next.
  /// - Throws: ``CreditsError/Reason/holdResolved``, and the errors of `place`.
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

  /// Charges usage: from the hold first, then from the available credit, then as a shortfall that makes the available
  /// credit negative. An expired hold can still be captured.
  ///
  /// - Parameters:
  ///   - amount: The cost of the usage, greater than zero.
  ///   - isFinal: Whether this is the last capture, which releases the remaining amount.
  ///   - idempotencyKey: 1 to 255 bytes; reuse it to retry this request, use a new one for the next.
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

  /// Releases the remaining amount of a hold. Returns the updated wallet.
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
