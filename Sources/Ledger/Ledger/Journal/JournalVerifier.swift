/// Verifies one wallet's journal by replaying it from its first record.
///
/// Detects flipped bytes, lost or moved rows and a truncated tail. The owner of the file, who can rewrite all of it, is
/// detected only by a head exported earlier. Small, because a scan of the ledger keeps one for every wallet.
package struct JournalVerifier {
  package enum Flaw: Error, Hashable, Sendable {
    case wrongWallet(record: Int64)
    case sequenceGap(record: Int64, expected: Int64)
    case brokenLink(record: Int64)
    case wrongHash(record: Int64)
    case wrongBalance(record: Int64)
    /// The payload contradicts the record, or cannot be decoded.
    case wrongPayload(record: Int64)
    case wrongHead
  }

  private let walletID: WalletID
  private let sha256: (_ bytes: [UInt8]) -> Digest
  private var head = ChainHead.start
  private var sequence: Int64 = 0
  private var posted: Int64 = 0
  private var held: Int64 = 0
  private var openHolds: Int64 = 0
  private var state = WalletState.active
  private var openRecharge: RechargeID?
  private var defaultPaymentMethod: PaymentMethodID?
  private var autoRecharge: AutoRecharge?

  package init(walletID: WalletID, sha256: @escaping (_ bytes: [UInt8]) -> Digest) {
    self.walletID = walletID
    self.sha256 = sha256
  }

  /// Checks the wallet's next record, in the order of their sequence.
  package mutating func check(_ record: JournalRecord) throws(Flaw) {
    guard record.walletID == walletID else { throw .wrongWallet(record: record.number) }
    guard record.sequence == sequence + 1 else { throw .sequenceGap(record: record.number, expected: sequence + 1) }
    guard record.previous == head.record else { throw .brokenLink(record: record.number) }
    guard record.hash == sha256(record.bytesToHash(after: head.hash)) else { throw .wrongHash(record: record.number) }
    let (balance, balanceOverflow) = posted.addingReportingOverflow(record.amount)
    let (heldBalance, heldOverflow) = held.addingReportingOverflow(record.heldChange)
    guard !balanceOverflow, !heldOverflow, record.posted == balance, record.held == heldBalance, heldBalance >= 0,
      (record.amount == 0) == (record.counterAccount == nil)
    else { throw .wrongBalance(record: record.number) }
    sequence = record.sequence
    posted = balance
    held = heldBalance
    head = ChainHead(record: record.number, hash: record.hash)
    try replay(record)
  }

  /// Replays the wallet's state other than its balances.
  private mutating func replay(_ record: JournalRecord) throws(Flaw) {
    switch record.kind {
    case .walletCreated, .charge, .refund, .grant, .holdExtended: return
    case .holdPlaced: openHolds += 1
    case .holdReleased, .holdExpired: openHolds -= 1
    case .capture:
      let hold = try payload(of: record).hold
      // A late capture is of an expired hold, which is no longer open.
      if hold?.state == .captured, hold?.isLate == false { openHolds -= 1 }
    case .walletFrozen, .walletUnfrozen, .walletClosed, .rechargeStarted, .rechargePaid, .rechargeDeclined,
      .rechargeFailed, .rechargeAuthenticationRequired, .rechargeNeedsReview, .rechargeCardAttached,
      .rechargeRefundStarted, .rechargeRefunded, .rechargeRefundFailed, .rechargeRefundNeedsReview, .disputeOpened,
      .disputeWon, .disputeLost, .paymentMethodSaved, .paymentMethodDefaultSet, .paymentMethodRemoved,
      .paymentMethodDetached, .autoRechargeSet, .autoRechargeResumed, .autoRechargeArmed, .autoRechargeLimitReached,
      .autoRechargeSuspended:
      try replaySettings(record)
    }
  }

  private mutating func replaySettings(_ record: JournalRecord) throws(Flaw) {
    let payload = try payload(of: record)
    state = payload.wallet.state
    autoRecharge = payload.wallet.autoRecharge
    switch record.kind {
    case .rechargeStarted: openRecharge = record.rechargeID
    case .rechargePaid:
      openRecharge = nil
      defaultPaymentMethod = payload.savedPaymentMethod?.id
    case .rechargeDeclined, .rechargeFailed: openRecharge = nil
    case .paymentMethodSaved, .paymentMethodDefaultSet, .paymentMethodRemoved:
      defaultPaymentMethod = payload.savedPaymentMethod?.id
    default: break
    }
  }

  private func payload(of record: JournalRecord) throws(Flaw) -> RecordPayload {
    do {
      return try RecordPayload(canonicalBytes: record.payload)
    } catch {
      throw .wrongPayload(record: record.number)
    }
  }

  /// Compares the end of the replay with the ledger's account.
  package func finish(at account: Account) throws(Flaw) {
    guard account.head == head, account.wallet.sequence == sequence, account.wallet.posted == posted,
      account.wallet.held == held, account.wallet.state == state, account.openHolds == openHolds,
      account.openRecharge == openRecharge, account.defaultPaymentMethod == defaultPaymentMethod,
      account.wallet.autoRecharge == autoRecharge
    else { throw .wrongHead }
  }
}
