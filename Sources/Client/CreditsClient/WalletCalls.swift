public import CreditsAPI

/// `credits.v1.WalletService`.
public struct WalletCalls: Sendable {
  let caller: Caller

  /// Creates an empty wallet.
  ///
  /// - Parameters:
  ///   - walletID: 1 to 255 bytes, chosen by the caller.
  ///   - idempotencyKey: 1 to 255 bytes; reuse it to retry this request.
  /// - Throws: ``CreditsError/Reason/walletExists`` if the id is taken.
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

  /// Returns a wallet, including every change acknowledged before the call.
  ///
  /// - Throws: ``CreditsError/Reason/walletNotFound``.
  public func get(_ walletID: String, timeout: Duration? = nil) async throws -> Wallet {
    let request = GetWalletRequest(walletID: walletID)
    let answer = try await caller.call(WalletServiceMethods.getWallet, request, timeout: timeout)
    return try answer.part(\.wallet)
  }

  /// Charges a wallet for usage: all of the amount, or nothing.
  ///
  /// - Parameters:
  ///   - amount: Greater than zero, in the wallet's currency; may have fractions of a cent.
  ///   - reason: What the usage was.
  ///   - reference: The caller's name for the usage, such as the id of a phone call; up to 255 bytes.
  ///   - waitsForRecharge: Whether to wait, within the timeout, for an automatic recharge if too little is available and
  ///     one is in progress or starts because of it.
  ///   - idempotencyKey: 1 to 255 bytes; reuse it to retry this request, use a new one for the next.
  /// - Throws: ``CreditsError/Reason/insufficientCredits`` if the wallet has too little;
  ///   ``CreditsError/Reason/rechargeInProgress`` if the recharge took too long: retry with the same key;
  ///   ``CreditsError/Reason/walletNotFound``, ``CreditsError/Reason/walletFrozen``,
  ///   ``CreditsError/Reason/walletClosed``.
  public func charge(
    _ walletID: String,
    _ amount: Money,
    for reason: Entry.Reason,
    reference: String = "",
    waitsForRecharge: Bool = false,
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> Charge {
    let request = ChargeRequest(
      idempotencyKey: idempotencyKey,
      walletID: walletID,
      amount: amount,
      reason: reason,
      reference: reference,
      waitForRecharge: waitsForRecharge
    )
    let answer = try await caller.call(WalletServiceMethods.charge, request, timeout: timeout)
    return Charge(
      entry: try answer.part(\.entry),
      wallet: try answer.part(\.wallet),
      isReplayed: answer.isReplayed
    )
  }

  /// Refunds all or part of a charge or capture. The refunds of one entry never exceed its amount.
  ///
  /// - Parameters:
  ///   - amount: Greater than zero.
  ///   - memo: Why; up to 255 bytes.
  ///   - idempotencyKey: 1 to 255 bytes; reuse it to retry this request, use a new one for the next.
  /// - Throws: ``CreditsError/Reason/refundExceedsCharge``, ``CreditsError/Reason/entryNotFound``,
  ///   ``CreditsError/Reason/entryNotRefundable``, ``CreditsError/Reason/walletClosed``.
  public func refund(
    _ entryID: String,
    _ amount: Money,
    memo: String = "",
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> Refund {
    let request = RefundChargeRequest(idempotencyKey: idempotencyKey, entryID: entryID, amount: amount, memo: memo)
    let answer = try await caller.call(WalletServiceMethods.refundCharge, request, timeout: timeout)
    return Refund(
      entry: try answer.part(\.entry),
      wallet: try answer.part(\.wallet),
      refundable: try answer.part(\.refundable),
      isReplayed: answer.isReplayed
    )
  }

  /// Grants credits without a payment.
  ///
  /// - Parameters:
  ///   - amount: Greater than zero, in the wallet's currency.
  ///   - memo: Why the credits are granted; up to 255 bytes.
  ///   - idempotencyKey: 1 to 255 bytes; reuse it to retry this request, use a new one for the next.
  public func grant(
    _ walletID: String,
    _ amount: Money,
    memo: String = "",
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> Grant {
    let request = GrantCreditsRequest(idempotencyKey: idempotencyKey, walletID: walletID, amount: amount, memo: memo)
    let answer = try await caller.call(WalletServiceMethods.grantCredits, request, timeout: timeout)
    return Grant(
      entry: try answer.part(\.entry),
      wallet: try answer.part(\.wallet),
      isReplayed: answer.isReplayed
    )
  }

  /// Adjusts a balance by hand, against an account for each kind of adjustment.
  ///
  /// - Parameters:
  ///   - kind: A write-off brings the balance to zero or closer to it, also in a closed wallet; an opening balance is the
  ///     first change after the wallet's creation.
  ///   - amount: Added to the balance; negative to take from it. Not zero.
  ///   - memo: Why the balance is adjusted; 1 to 255 bytes.
  ///   - idempotencyKey: 1 to 255 bytes; reuse it to retry this request, use a new one for the next.
  /// - Throws: ``CreditsError/Reason/writeOffExceedsBalance``, ``CreditsError/Reason/walletNotNew``,
  ///   ``CreditsError/Reason/walletNotFound``, ``CreditsError/Reason/walletClosed``.
  public func adjust(
    _ walletID: String,
    _ kind: AdjustmentKind,
    _ amount: Money,
    memo: String,
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> Adjustment {
    let request = AdjustBalanceRequest(
      idempotencyKey: idempotencyKey,
      walletID: walletID,
      kind: kind,
      amount: amount,
      memo: memo
    )
    let answer = try await caller.call(WalletServiceMethods.adjustBalance, request, timeout: timeout)
    return Adjustment(
      entry: try answer.part(\.entry),
      wallet: try answer.part(\.wallet),
      isReplayed: answer.isReplayed
    )
  }

  /// Freezes a wallet, so that nothing can be spent from it.
  ///
  /// - Parameter memo: Why; up to 255 bytes, shown with the change.
  /// - Throws: ``CreditsError/Reason/walletFrozen`` if it is already frozen.
  @discardableResult
  public func freeze(
    _ walletID: String,
    memo: String = "",
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> Wallet {
    let request = FreezeWalletRequest(idempotencyKey: idempotencyKey, walletID: walletID, memo: memo)
    return try await caller.call(WalletServiceMethods.freezeWallet, request, timeout: timeout).part(\.wallet)
  }

  /// Unfreezes a wallet, so that its credits can be spent again.
  ///
  /// - Throws: ``CreditsError/Reason/walletNotFrozen``.
  @discardableResult
  public func unfreeze(
    _ walletID: String,
    memo: String = "",
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> Wallet {
    let request = UnfreezeWalletRequest(idempotencyKey: idempotencyKey, walletID: walletID, memo: memo)
    return try await caller.call(WalletServiceMethods.unfreezeWallet, request, timeout: timeout).part(\.wallet)
  }

  /// Closes an empty wallet permanently.
  ///
  /// - Throws: ``CreditsError/Reason/walletNotEmpty`` if the wallet is not empty.
  @discardableResult
  public func close(
    _ walletID: String,
    memo: String = "",
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> Wallet {
    let request = CloseWalletRequest(idempotencyKey: idempotencyKey, walletID: walletID, memo: memo)
    return try await caller.call(WalletServiceMethods.closeWallet, request, timeout: timeout).part(\.wallet)
  }

  /// Lists one page of the wallet's entries, newest first. A page may hold fewer than `pageSize` though more follow.
  ///
  /// - Parameters:
  ///   - kinds: The kinds to list; empty for all.
  ///   - start: Lists only entries at or after this time.
  ///   - end: Lists only entries before this time.
  ///   - pageSize: At most 1000.
  ///   - pageToken: ``Page/nextPageToken`` of the previous page, with the other arguments unchanged; empty for the first.
  public func entries(
    _ walletID: String,
    kinds: [Entry.Kind] = [],
    from start: Timestamp? = nil,
    to end: Timestamp? = nil,
    pageSize: Int32 = 50,
    pageToken: String = "",
    timeout: Duration? = nil
  ) async throws -> Page<Entry> {
    let request = ListEntriesRequest(
      walletID: walletID,
      pageSize: pageSize,
      pageToken: pageToken,
      kinds: kinds,
      startTime: start,
      endTime: end
    )
    let answer = try await caller.call(WalletServiceMethods.listEntries, request, timeout: timeout)
    return Page(items: answer.message.entries, nextPageToken: answer.message.nextPageToken)
  }

  /// Returns an entry, and the amount of it that can still be refunded.
  ///
  /// - Throws: ``CreditsError/Reason/entryNotFound``.
  public func entry(_ entryID: String, timeout: Duration? = nil) async throws -> (entry: Entry, refundable: Money) {
    let request = GetEntryRequest(entryID: entryID)
    let answer = try await caller.call(WalletServiceMethods.getEntry, request, timeout: timeout)
    return (try answer.part(\.entry), try answer.part(\.refundable))
  }

  /// Watches the changes of a wallet: each exactly once, in order, without gaps.
  ///
  /// - Parameter sequence: The sequence number of the last change that was seen, at most 100 000 changes ago; nil to start
  ///   with a snapshot of the wallet.
  public func changes(_ walletID: String, after sequence: Int64? = nil) -> WalletChanges {
    WalletChanges(caller: caller, walletID: walletID, sequence: sequence)
  }
}
