public import CreditsAPI

// Calls about existing recharges: history, cancellation, refunds and reviews.
extension RechargeCalls {
  /// Returns a recharge with its refunds and disputes, and the amount that can still be refunded.
  ///
  /// - Throws: ``CreditsError/Reason/rechargeNotFound``.
  public func history(_ rechargeID: String, timeout: Duration? = nil) async throws -> RechargeHistory {
    let request = GetRechargeRequest(rechargeID: rechargeID)
    return try await caller.call(RechargeServiceMethods.getRecharge, request, timeout: timeout).message
  }

  /// Lists one page of the recharges of a wallet, or of all wallets, newest first.
  ///
  /// - Parameters:
  ///   - walletID: Nil for all wallets.
  ///   - states: The states to list; empty for all.
  ///   - pageSize: At most 1000.
  ///   - pageToken: ``Page/nextPageToken`` of the previous page; empty for the first.
  /// - Throws: ``CreditsError/Reason/walletNotFound``.
  public func list(
    _ walletID: String? = nil,
    states: [Recharge.State] = [],
    pageSize: Int32 = 50,
    pageToken: String = "",
    timeout: Duration? = nil
  ) async throws -> Page<Recharge> {
    let request = ListRechargesRequest(
      walletID: walletID ?? "",
      pageSize: pageSize,
      pageToken: pageToken,
      states: states
    )
    let answer = try await caller.call(RechargeServiceMethods.listRecharges, request, timeout: timeout)
    return Page(items: answer.message.recharges, nextPageToken: answer.message.nextPageToken)
  }

  /// Asks the processor at once whether the cardholder has authenticated, after they say so. Check the recharge's state.
  ///
  /// - Throws: ``CreditsError/Reason/rechargeNotFound``, ``CreditsError/Reason/processorUnavailable``.
  public func complete(_ rechargeID: String, timeout: Duration? = nil) async throws -> RechargeResult {
    let request = CompleteRechargeRequest(rechargeID: rechargeID)
    let answer = try await caller.call(RechargeServiceMethods.completeRecharge, request, timeout: timeout)
    return RechargeResult(
      recharge: try answer.part(\.recharge),
      wallet: try answer.part(\.wallet),
      entry: answer.message.entry,
      isReplayed: answer.isReplayed
    )
  }

  /// Ends the wait for a cardholder who will not authenticate, so that the wallet can be recharged otherwise. Check the
  /// recharge's state: it is PAID if the cardholder was faster.
  ///
  /// - Parameter idempotencyKey: 1 to 255 bytes; reuse it to retry this request, use a new one for the next.
  /// - Throws: ``CreditsError/Reason/rechargeNotCancellable`` unless the recharge is AUTHENTICATION_REQUIRED,
  ///   ``CreditsError/Reason/rechargeNotFound``, ``CreditsError/Reason/processorUnavailable``.
  public func cancel(
    _ rechargeID: String,
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> RechargeResult {
    let request = CancelRechargeRequest(idempotencyKey: idempotencyKey, rechargeID: rechargeID)
    let answer = try await caller.call(RechargeServiceMethods.cancelRecharge, request, timeout: timeout)
    return RechargeResult(
      recharge: try answer.part(\.recharge),
      wallet: try answer.part(\.wallet),
      entry: answer.message.entry,
      isReplayed: answer.isReplayed
    )
  }

  /// Refunds all or part of a recharge to the card that was charged. The wallet is debited when the processor has returned
  /// the money, and its balance may become negative. Check the refund's state.
  ///
  /// - Parameters:
  ///   - amount: Whole cents, at most the part of the recharge that is not yet refunded.
  ///   - memo: Why; up to 255 bytes.
  ///   - idempotencyKey: 1 to 255 bytes; reuse it to retry this request, use a new one for the next.
  /// - Throws: ``CreditsError/Reason/rechargeNotRefundable``, ``CreditsError/Reason/refundExceedsRecharge``,
  ///   ``CreditsError/Reason/amountOutOfRange``, ``CreditsError/Reason/rechargeNotFound``,
  ///   ``CreditsError/Reason/refundLimit``, ``CreditsError/Reason/walletClosed``.
  public func refund(
    _ rechargeID: String,
    _ amount: Money,
    memo: String = "",
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> RechargeRefundResult {
    let request = RefundRechargeRequest(
      idempotencyKey: idempotencyKey,
      rechargeID: rechargeID,
      amount: amount,
      memo: memo
    )
    let answer = try await caller.call(RechargeServiceMethods.refundRecharge, request, timeout: timeout)
    return RechargeRefundResult(
      refund: try answer.part(\.refund),
      wallet: try answer.part(\.wallet),
      entry: answer.message.entry,
      isReplayed: answer.isReplayed
    )
  }

  /// Settles a recharge or refund in state NEEDS_REVIEW, after an operator has looked it up at the processor. The server
  /// asks the processor, too, and refuses what it contradicts.
  ///
  /// - Parameters:
  ///   - outcome: What the operator found.
  ///   - memo: How the outcome is known, 1 to 255 bytes. Stored on the entry.
  ///   - acceptsUnconfirmed: Whether to settle also if the processor does not answer, or is still working on what is to be
  ///     given up.
  /// - Throws: ``CreditsError/Reason/notInReview``, ``CreditsError/Reason/processorChargeTaken``,
  ///   ``CreditsError/Reason/processorRefundTaken``, ``CreditsError/Reason/rechargeNotFound``,
  ///   ``CreditsError/Reason/refundNotFound``, ``CreditsError/Reason/reviewContradicted``,
  ///   ``CreditsError/Reason/processorUnavailable``, ``CreditsError/Reason/fieldInvalid`` if the processor has no such
  ///   charge or refund for this recharge.
  /// - Returns: The updated wallet.
  public func settleReview(
    _ subject: ReviewSubject,
    _ outcome: ReviewOutcome,
    memo: String,
    acceptsUnconfirmed: Bool = false,
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> Wallet {
    var request = SettleReviewRequest(
      idempotencyKey: idempotencyKey,
      memo: memo,
      acceptUnconfirmed: acceptsUnconfirmed
    )
    switch subject {
    case .recharge(let id): request.subject = .rechargeID(id)
    case .refund(let id): request.subject = .refundID(id)
    }
    switch outcome {
    case .moneyMoved(let id): (request.outcome, request.processorID) = (.moneyMoved, id)
    case .noMoneyMoved: request.outcome = .noMoneyMoved
    }
    let answer = try await caller.call(RechargeServiceMethods.settleReview, request, timeout: timeout)
    return try answer.part(\.wallet)
  }
}

/// The id of the recharge or refund under review.
public enum ReviewSubject: Sendable, Hashable {
  case recharge(String)
  case refund(String)
}

/// The outcome of a review.
public enum ReviewOutcome: Sendable, Hashable {
  /// The card was charged or refunded, under this id at the processor.
  case moneyMoved(processorID: String)
  /// The card was not charged or refunded, and never will be.
  case noMoneyMoved
}

/// The current state of a recharge's refund. Check `refund.state`: it may have failed or still be in progress.
public struct RechargeRefundResult: Sendable, Hashable {
  public let refund: RechargeRefund
  public let wallet: Wallet
  /// The entry that debits the wallet, once refunded; the entry that restores the amount if the bank returned the refund.
  public let entry: Entry?
  /// Whether this response replays an earlier one to the same idempotency key.
  public let isReplayed: Bool
}
