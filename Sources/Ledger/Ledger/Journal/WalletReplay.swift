/// What a wallet's journal says of it, replayed up to some record.
///
/// A proof of the ledger keeps one for every wallet, so it is 80 bytes. What few wallets have is in an object beside it.
package struct WalletReplay: Sendable {
  private final class Settings: Sendable {
    let openRecharge: RechargeID?
    let rechargesInReview: Set<RechargeID>
    let defaultPaymentMethod: PaymentMethodID?
    let autoRecharge: AutoRecharge?

    init(
      openRecharge: RechargeID?,
      rechargesInReview: Set<RechargeID>,
      defaultPaymentMethod: PaymentMethodID?,
      autoRecharge: AutoRecharge?
    ) {
      self.openRecharge = openRecharge
      self.rechargesInReview = rechargesInReview
      self.defaultPaymentMethod = defaultPaymentMethod
      self.autoRecharge = autoRecharge
    }
  }

  private var head = ChainHead.start
  private var sequence: Int64 = 0
  private var posted: Int64 = 0
  private var held: Int64 = 0
  private var openHolds: Int32 = 0
  private var state = WalletState.active
  private var settings: Settings?

  package init() {}

  /// Checks the wallet's next record, in the order of their sequence.
  ///
  /// - Parameter sha256: nil for a record whose hash need not be proved.
  package mutating func check(
    _ record: JournalRecord,
    sha256: ((_ bytes: [UInt8]) -> Digest)?
  ) throws(JournalVerifier.Flaw) {
    guard record.sequence == sequence + 1 else { throw .sequenceGap(record: record.number, expected: sequence + 1) }
    guard record.previous == head.record else { throw .brokenLink(record: record.number) }
    if let sha256 {
      guard record.hash == sha256(record.bytesToHash(after: head.hash)) else { throw .wrongHash(record: record.number) }
    }
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
  private mutating func replay(_ record: JournalRecord) throws(JournalVerifier.Flaw) {
    switch record.kind {
    case .walletCreated, .charge, .refund, .grant, .writeOff, .correction, .openingBalance, .holdExtended: return
    case .holdPlaced: openHolds &+= 1
    case .holdReleased, .holdExpired: openHolds &-= 1
    case .capture:
      let hold = try payload(of: record).hold
      // A late capture is of an expired hold, which is no longer open.
      if hold?.state == .captured, hold?.isLate == false { openHolds &-= 1 }
    case .walletFrozen, .walletUnfrozen, .walletClosed, .rechargeStarted, .rechargePaid, .rechargeDeclined,
      .rechargeFailed, .rechargeAuthenticationRequired, .rechargeNeedsReview, .rechargeCardAttached,
      .rechargeRefundStarted, .rechargeRefunded, .rechargeRefundFailed, .rechargeRefundNeedsReview,
      .rechargeRefundFound, .disputeOpened,
      .disputeWon, .disputeLost, .paymentMethodSaved, .paymentMethodDefaultSet, .paymentMethodRemoved,
      .paymentMethodDetached, .paymentMethodUpdated, .paymentMethodInvalidated, .billingDetailsUpdated,
      .autoRechargeSet, .autoRechargeResumed,
      .autoRechargeArmed, .autoRechargeLimitReached,
      .autoRechargeSuspended:
      try replaySettings(record)
    }
  }

  private mutating func replaySettings(_ record: JournalRecord) throws(JournalVerifier.Flaw) {
    let payload = try payload(of: record)
    state = payload.wallet.state
    var openRecharge = settings?.openRecharge
    var rechargesInReview = settings?.rechargesInReview ?? []
    var defaultPaymentMethod = settings?.defaultPaymentMethod
    switch record.kind {
    case .rechargeStarted:
      guard openRecharge == nil else { throw .wrongSlot(record: record.number) }
      openRecharge = record.rechargeID
    case .rechargePaid, .rechargeDeclined, .rechargeFailed, .rechargeNeedsReview:
      if openRecharge == record.rechargeID { openRecharge = nil }
      if let id = record.rechargeID {
        if record.kind == .rechargeNeedsReview { rechargesInReview.insert(id) } else { rechargesInReview.remove(id) }
      }
      if record.kind == .rechargePaid { defaultPaymentMethod = payload.savedPaymentMethod?.id }
    case .paymentMethodSaved, .paymentMethodDefaultSet, .paymentMethodRemoved, .paymentMethodInvalidated:
      defaultPaymentMethod = payload.savedPaymentMethod?.id
    default: break
    }
    let autoRecharge = payload.wallet.autoRecharge
    let hasNone =
      openRecharge == nil && rechargesInReview.isEmpty && defaultPaymentMethod == nil && autoRecharge == nil
    settings =
      hasNone
      ? nil
      : Settings(
        openRecharge: openRecharge,
        rechargesInReview: rechargesInReview,
        defaultPaymentMethod: defaultPaymentMethod,
        autoRecharge: autoRecharge
      )
  }

  private func payload(of record: JournalRecord) throws(JournalVerifier.Flaw) -> RecordPayload {
    do {
      return try RecordPayload(canonicalBytes: record.payload)
    } catch {
      throw .wrongPayload(record: record.number)
    }
  }

  /// Compares the end of the replay with the ledger's account.
  package func finish(at account: Account) throws(JournalVerifier.Flaw) {
    guard account.head == head, account.wallet.sequence == sequence, account.wallet.posted == posted,
      account.wallet.held == held, account.wallet.state == state, account.openHolds == Int(openHolds),
      account.openRecharge == settings?.openRecharge,
      account.rechargesInReview == settings?.rechargesInReview.count ?? 0,
      account.defaultPaymentMethod == settings?.defaultPaymentMethod,
      account.wallet.autoRecharge == settings?.autoRecharge
    else { throw .wrongHead }
  }
}
