/// The account on the other side of an entry. All wallets and counter-accounts sum to zero.
package enum CounterAccount: String, Hashable, Sendable, CaseIterable {
  /// What the payment processor owes us.
  case processor = "PROCESSOR"
  /// Usage that wallets have paid for.
  case usage = "USAGE"
  case refunds = "REFUNDS"
  case grants = "GRANTS"
  case disputes = "DISPUTES"
  case writeOffs = "WRITE_OFFS"
  case corrections = "CORRECTIONS"
  case openingBalances = "OPENING_BALANCES"
}

/// The kind of change that a record describes. The journal keeps the raw values.
package enum RecordKind: String, Hashable, Sendable, CaseIterable {
  case walletCreated = "WALLET_CREATED"
  case charge = "CHARGE"
  case refund = "REFUND"
  case grant = "GRANT"
  case writeOff = "WRITE_OFF"
  case correction = "CORRECTION"
  case openingBalance = "OPENING_BALANCE"
  case holdPlaced = "HOLD_PLACED"
  case holdExtended = "HOLD_EXTENDED"
  case capture = "CAPTURE"
  case holdReleased = "HOLD_RELEASED"
  case holdExpired = "HOLD_EXPIRED"
  case walletFrozen = "WALLET_FROZEN"
  case walletUnfrozen = "WALLET_UNFROZEN"
  case walletClosed = "WALLET_CLOSED"
  case rechargeStarted = "RECHARGE_STARTED"
  case rechargePaid = "RECHARGE_PAID"
  case rechargeDeclined = "RECHARGE_DECLINED"
  case rechargeAuthenticationRequired = "RECHARGE_AUTHENTICATION_REQUIRED"
  case rechargeFailed = "RECHARGE_FAILED"
  case rechargeNeedsReview = "RECHARGE_NEEDS_REVIEW"
  /// The processor has attached the new card that pays the recharge.
  case rechargeCardAttached = "RECHARGE_CARD_ATTACHED"
  case rechargeRefundStarted = "RECHARGE_REFUND_STARTED"
  case rechargeRefunded = "RECHARGE_REFUNDED"
  case rechargeRefundFailed = "RECHARGE_REFUND_FAILED"
  case rechargeRefundNeedsReview = "RECHARGE_REFUND_NEEDS_REVIEW"
  /// A refund that was made at the processor, not by this ledger.
  case rechargeRefundFound = "RECHARGE_REFUND_FOUND"
  case disputeOpened = "DISPUTE_OPENED"
  case disputeWon = "DISPUTE_WON"
  case disputeLost = "DISPUTE_LOST"
  case paymentMethodSaved = "PAYMENT_METHOD_SAVED"
  case paymentMethodDefaultSet = "PAYMENT_METHOD_DEFAULT_SET"
  case paymentMethodRemoved = "PAYMENT_METHOD_REMOVED"
  case paymentMethodDetached = "PAYMENT_METHOD_DETACHED"
  /// The card's network has issued it anew.
  case paymentMethodUpdated = "PAYMENT_METHOD_UPDATED"
  /// The processor no longer has the card.
  case paymentMethodInvalidated = "PAYMENT_METHOD_INVALIDATED"
  case billingDetailsUpdated = "BILLING_DETAILS_UPDATED"
  case autoRechargeSet = "AUTO_RECHARGE_SET"
  case autoRechargeResumed = "AUTO_RECHARGE_RESUMED"
  case autoRechargeArmed = "AUTO_RECHARGE_ARMED"
  case autoRechargeLimitReached = "AUTO_RECHARGE_LIMIT_REACHED"
  case autoRechargeSuspended = "AUTO_RECHARGE_SUSPENDED"

  /// The kind of the entry that the change posts, by its name in the contract.
  package var entryName: String {
    switch self {
    case .rechargePaid: "RECHARGE"
    case .rechargeRefunded, .rechargeRefundFailed, .rechargeRefundFound: "RECHARGE_REFUND"
    case .disputeOpened, .disputeWon, .disputeLost: "DISPUTE"
    default: rawValue
    }
  }

  init(_ state: RechargeState) {
    self =
      switch state {
      case .processing: .rechargeStarted
      case .paid: .rechargePaid
      case .declined: .rechargeDeclined
      case .authenticationRequired: .rechargeAuthenticationRequired
      case .failed: .rechargeFailed
      case .needsReview: .rechargeNeedsReview
      }
  }

  init(_ state: RechargeRefundState) {
    self =
      switch state {
      case .processing: .rechargeRefundStarted
      case .refunded: .rechargeRefunded
      case .failed: .rechargeRefundFailed
      case .needsReview: .rechargeRefundNeedsReview
      }
  }

  init(_ state: DisputeState) {
    self =
      switch state {
      case .opened: .disputeOpened
      case .won: .disputeWon
      case .lost: .disputeLost
      }
  }
}

/// One change of one wallet. Records are written once and never changed.
package struct JournalRecord: Hashable, Sendable {
  /// Unique in the ledger, increasing in commit order.
  package var number: Int64
  package var walletID: WalletID
  /// The record's number in its wallet, contiguous from 1.
  package var sequence: Int64
  /// The number of the wallet's previous record; 0 in the first.
  package var previous: Int64
  package var time: LedgerTime
  package var kind: RecordKind
  /// The change of the wallet's posted balance, in micros. The counter-account changes by the opposite.
  package var amount: Int64
  /// nil if no money moved.
  package var counterAccount: CounterAccount?
  /// The change of the wallet's held balance, in micros: the change of one hold's `remaining`.
  package var heldChange: Int64
  /// The wallet's balances after the change, in micros.
  package var posted: Int64
  package var held: Int64
  package var reason: ChargeReason?
  package var reference: String
  package var rechargeID: RechargeID?
  /// The hold that was placed or changed.
  package var holdID: HoldID?
  /// The entry that was refunded.
  package var refundedEntryID: EntryID?
  /// The part of the amount that neither the hold nor the wallet's available credits covered, in micros.
  package var shortfall: Int64
  package var origin: Origin
  /// Canonical bytes of the ``RecordPayload``.
  package var payload: [UInt8]
  /// SHA-256 of `bytesToHash`, which begins with the previous record's hash.
  package var hash: Digest

  package init(
    number: Int64,
    walletID: WalletID,
    sequence: Int64,
    previous: Int64,
    time: LedgerTime,
    kind: RecordKind,
    amount: Int64,
    counterAccount: CounterAccount?,
    heldChange: Int64,
    posted: Int64,
    held: Int64,
    reason: ChargeReason?,
    reference: String,
    rechargeID: RechargeID?,
    holdID: HoldID?,
    refundedEntryID: EntryID?,
    shortfall: Int64,
    origin: Origin,
    payload: [UInt8],
    hash: Digest
  ) {
    self.number = number
    self.walletID = walletID
    self.sequence = sequence
    self.previous = previous
    self.time = time
    self.kind = kind
    self.amount = amount
    self.counterAccount = counterAccount
    self.heldChange = heldChange
    self.posted = posted
    self.held = held
    self.reason = reason
    self.reference = reference
    self.rechargeID = rechargeID
    self.holdID = holdID
    self.refundedEntryID = refundedEntryID
    self.shortfall = shortfall
    self.origin = origin
    self.payload = payload
    self.hash = hash
  }

  package var entryID: EntryID { EntryID(record: number, tag: origin.tag) }

  /// The bytes that the hash covers: the previous hash, then every field except the hash itself.
  package func bytesToHash(after previousHash: Digest) -> [UInt8] {
    var writer = CanonicalWriter(reserving: 192 + payload.count)
    writer.write(previousHash)
    writer.write(number)
    writer.write(walletID.value)
    writer.write(sequence)
    writer.write(previous)
    writer.write(time.microseconds)
    writer.write(kind.rawValue)
    writer.write(amount)
    writer.write(counterAccount?.rawValue ?? "")
    writer.write(heldChange)
    writer.write(posted)
    writer.write(held)
    writer.write(reason?.rawValue ?? "")
    writer.write(reference)
    writer.write(rechargeID?.value ?? "")
    writer.write(holdID)
    writer.write(refundedEntryID)
    writer.write(shortfall)
    writer.write(origin.caller)
    writer.write(origin.key)
    writer.write(origin.method.rawValue)
    writer.write(origin.fingerprint)
    writer.write(payload)
    return writer.bytes
  }
}
