import CreditsAPI

/// `credits.v1.WalletService`.
public struct WalletCalls: Sendable {
  let caller: Caller

  /// Opens an empty wallet.
  ///
  /// - Parameters:
  ///   - walletID: 1 to 255 bytes, chosen by the caller.
  ///   - idempotencyKey: 1 to 255 bytes; the same for every repetition of this attempt.
  /// - Throws: ``CreditsError/walletExists`` when the id is taken.
  public func create(
    _ walletID: String,
    currencyCode: String = "USD",
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> Wallet {
    let request = CreateWalletRequest(
      idempotencyKey: idempotencyKey,
      walletID: walletID,
      currencyCode: currencyCode
    )
    let answer = try await caller.call(WalletServiceMethods.createWallet, request, timeout: timeout)
    return try answer.part(\.wallet)
  }

  /// Reads a wallet, with every change acknowledged before.
  ///
  /// - Throws: ``CreditsError/walletNotFound``.
  public func get(_ walletID: String, timeout: Duration? = nil) async throws -> Wallet {
    let request = GetWalletRequest(walletID: walletID)
    let answer = try await caller.call(WalletServiceMethods.getWallet, request, timeout: timeout)
    return try answer.part(\.wallet)
  }

  /// Takes credits for usage: all of the amount, or nothing.
  ///
  /// - Parameters:
  ///   - amount: Above zero, in the wallet's currency; fractions of a cent are fine.
  ///   - reason: What the usage was.
  ///   - reference: The caller's name for the usage, such as a call's id; up to 255 bytes.
  ///   - idempotencyKey: 1 to 255 bytes; the same for every repetition of this attempt, another for the next one.
  /// - Throws: ``CreditsError/insufficientCredits(available:required:)`` when the wallet has too little;
  ///   ``CreditsError/walletNotFound``, ``CreditsError/walletFrozen``, ``CreditsError/walletClosed``.
  public func charge(
    _ walletID: String,
    _ amount: Money,
    for reason: Entry.Reason,
    reference: String = "",
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> Charge {
    let request = ChargeRequest(
      idempotencyKey: idempotencyKey,
      walletID: walletID,
      amount: amount,
      reason: reason,
      reference: reference
    )
    let answer = try await caller.call(WalletServiceMethods.charge, request, timeout: timeout)
    return Charge(
      entry: try answer.part(\.entry),
      wallet: try answer.part(\.wallet),
      isReplayed: answer.isReplayed
    )
  }
}
