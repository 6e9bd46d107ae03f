public import CreditsAPI

// What becomes of recharges after they were begun.
extension RechargeCalls {
  /// A recharge with its refunds and disputes, and what can still be refunded.
  ///
  /// - Throws: ``CreditsError/Reason/rechargeNotFound``.
  public func history(_ rechargeID: String, timeout: Duration? = nil) async throws -> RechargeHistory {
    let request = GetRechargeRequest(rechargeID: rechargeID)
    return try await caller.call(RechargeServiceMethods.getRecharge, request, timeout: timeout).message
  }

  /// A page of the wallet's recharges, newest first.
  ///
  /// - Parameters:
  ///   - pageSize: At most 1000.
  ///   - pageToken: Of the page before; empty for the first.
  /// - Throws: ``CreditsError/Reason/walletNotFound``.
  public func list(
    _ walletID: String,
    pageSize: Int32 = 50,
    pageToken: String = "",
    timeout: Duration? = nil
  ) async throws -> Page<Recharge> {
    let request = ListRechargesRequest(walletID: walletID, pageSize: pageSize, pageToken: pageToken)
    let answer = try await caller.call(RechargeServiceMethods.listRecharges, request, timeout: timeout)
    return Page(items: answer.message.recharges, nextPageToken: answer.message.nextPageToken)
  }

  /// Asks the processor at once whether the cardholder has authenticated: they say so. Look at the recharge's state.
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

  /// Gives a recharge back to the card that was charged: all of it or a part. The wallet pays when the processor has
  /// given the money back, and may then have less than nothing. Look at the refund's state.
  ///
  /// - Parameters:
  ///   - amount: Whole cents, no more than is left of the recharge.
  ///   - idempotencyKey: 1 to 255 bytes; the same for every repetition of this attempt, another for the next one.
  /// - Throws: ``CreditsError/Reason/rechargeNotRefundable``, ``CreditsError/Reason/refundExceedsRecharge``,
  ///   ``CreditsError/Reason/amountOutOfRange``, ``CreditsError/Reason/rechargeNotFound``,
  ///   ``CreditsError/Reason/refundLimit``, ``CreditsError/Reason/walletClosed``.
  public func refund(
    _ rechargeID: String,
    _ amount: Money,
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> RechargeRefundResult {
    let request = RefundRechargeRequest(idempotencyKey: idempotencyKey, rechargeID: rechargeID, amount: amount)
    let answer = try await caller.call(RechargeServiceMethods.refundRecharge, request, timeout: timeout)
    return RechargeRefundResult(
      refund: try answer.part(\.refund),
      wallet: try answer.part(\.wallet),
      entry: answer.message.entry,
      isReplayed: answer.isReplayed
    )
  }

  /// Settles by hand what NEEDS_REVIEW, after somebody has looked it up at the processor.
  ///
  /// - Parameters:
  ///   - outcome: What was found out.
  ///   - memo: How that is known; 1 to 255 bytes. It stands on the entry.
  /// - Throws: ``CreditsError/Reason/notInReview``, ``CreditsError/Reason/processorChargeTaken``,
  ///   ``CreditsError/Reason/processorRefundTaken``, ``CreditsError/Reason/rechargeNotFound``,
  ///   ``CreditsError/Reason/refundNotFound``, ``CreditsError/Reason/fieldInvalid`` where the processor has no such
  ///   charge of this recharge.
  /// - Returns: The wallet after it.
  public func settleReview(
    _ subject: ReviewSubject,
    _ outcome: ReviewOutcome,
    memo: String,
    idempotencyKey: String,
    timeout: Duration? = nil
  ) async throws -> Wallet {
    var request = SettleReviewRequest(idempotencyKey: idempotencyKey, memo: memo)
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

/// What somebody has looked up, by its id.
public enum ReviewSubject: Sendable, Hashable {
  case recharge(String)
  case refund(String)
}

/// What they found.
public enum ReviewOutcome: Sendable, Hashable {
  /// The card was charged, or got its money back; the processor names that so.
  case moneyMoved(processorID: String)
  /// It was not, and never will be.
  case noMoneyMoved
}

/// A refund of a recharge as it stands: look at its state, for it may have failed or still be under way.
public struct RechargeRefundResult: Sendable, Hashable {
  public let refund: RechargeRefund
  public let wallet: Wallet
  /// What it took from the wallet, once it is refunded; what the wallet got again, where the bank would not have it.
  public let entry: Entry?
  /// This is the repeated answer to a key that was used before.
  public let isReplayed: Bool
}
