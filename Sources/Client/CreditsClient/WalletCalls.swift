public import CreditsAPI

/// `credits.v1.WalletService`.
public struct WalletCalls: Sendable {
  let caller: Caller

  /// Opens an empty wallet.
  ///
  /// - Parameters:
  ///   - walletID: 1 to 255 bytes, chosen by the caller.
  ///   - idempotencyKey: 1 to 255 bytes; the same for every repetition of this attempt.
  /// - Throws: ``CreditsError/Reason/walletExists`` when the id is taken.
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
  /// - Throws: ``CreditsError/Reason/walletNotFound``.
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
  /// - Throws: ``CreditsError/Reason/insufficientCredits`` when the wallet has too little;
  ///   ``CreditsError/Reason/walletNotFound``, ``CreditsError/Reason/walletFrozen``,
  ///   ``CreditsError/Reason/walletClosed``.
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

  /// Gives back what a charge or a capture took: in parts, several times, never more than was taken in all.
  ///
  /// - Parameters:
  ///   - amount: Above zero.
  ///   - idempotencyKey: 1 to 255 bytes; the same for every repetition of this attempt, another for the next one.
  /// - Throws: ``CreditsError/Reason/refundExceedsCharge``, ``CreditsError/Reason/entryNotFound``,
  ///   ``CreditsError/Reason/entryNotRefundable``, ``CreditsError/Reason/walletClosed``.
  public func refund(
    _ entryID: String,
    _ amount: Money,
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> Refund {
    let request = RefundChargeRequest(idempotencyKey: idempotencyKey, entryID: entryID, amount: amount)
    let answer = try await caller.call(WalletServiceMethods.refundCharge, request, timeout: timeout)
    return Refund(
      entry: try answer.part(\.entry),
      wallet: try answer.part(\.wallet),
      refundable: try answer.part(\.refundable),
      isReplayed: answer.isReplayed
    )
  }

  /// Gives credits that nobody paid for.
  ///
  /// - Parameters:
  ///   - amount: Above zero, in the wallet's currency.
  ///   - memo: Why; up to 255 bytes.
  ///   - idempotencyKey: 1 to 255 bytes; the same for every repetition of this attempt, another for the next one.
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

  /// Keeps anything from being spent.
  ///
  /// - Throws: ``CreditsError/Reason/walletFrozen`` when it is frozen already.
  @discardableResult
  public func freeze(_ walletID: String, idempotencyKey: String, timeout: Duration? = nil) async throws -> Wallet {
    let request = FreezeWalletRequest(idempotencyKey: idempotencyKey, walletID: walletID)
    return try await caller.call(WalletServiceMethods.freezeWallet, request, timeout: timeout).part(\.wallet)
  }

  /// Lets credits be spent again.
  ///
  /// - Throws: ``CreditsError/Reason/walletNotFrozen``.
  @discardableResult
  public func unfreeze(_ walletID: String, idempotencyKey: String, timeout: Duration? = nil) async throws -> Wallet {
    let request = UnfreezeWalletRequest(idempotencyKey: idempotencyKey, walletID: walletID)
    return try await caller.call(WalletServiceMethods.unfreezeWallet, request, timeout: timeout).part(\.wallet)
  }

  /// Ends a wallet that has nothing in it, for good.
  ///
  /// - Throws: ``CreditsError/Reason/walletNotEmpty`` when there is something in the way.
  @discardableResult
  public func close(_ walletID: String, idempotencyKey: String, timeout: Duration? = nil) async throws -> Wallet {
    let request = CloseWalletRequest(idempotencyKey: idempotencyKey, walletID: walletID)
    return try await caller.call(WalletServiceMethods.closeWallet, request, timeout: timeout).part(\.wallet)
  }

  /// A page of the wallet's entries, newest first. It may come back short though more follow.
  ///
  /// - Parameters:
  ///   - kinds: Only these; all where it is empty.
  ///   - start: Only entries from this time on.
  ///   - end: Only entries before this time.
  ///   - pageSize: At most 1000.
  ///   - pageToken: Of the page before, with all else as it was then; empty for the first.
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

  /// Reads an entry, and what can still be refunded of it.
  ///
  /// - Throws: ``CreditsError/Reason/entryNotFound``.
  public func entry(_ entryID: String, timeout: Duration? = nil) async throws -> (entry: Entry, refundable: Money) {
    let request = GetEntryRequest(entryID: entryID)
    let answer = try await caller.call(WalletServiceMethods.getEntry, request, timeout: timeout)
    return (try answer.part(\.entry), try answer.part(\.refundable))
  }

  /// Every change of the wallet, once, in order, without a gap.
  ///
  /// - Parameter sequence: Of the last change that was seen, at most 100 000 changes ago; nil to begin with the wallet
  ///   as it is.
  public func changes(_ walletID: String, after sequence: Int64? = nil) -> WalletChanges {
    WalletChanges(caller: caller, walletID: walletID, sequence: sequence)
  }
}
