package import Ledger

/// An event to notify people about. One record can cause several.
package enum LedgerEvent: Hashable, Sendable, CaseIterable {
  /// The available balance fell below `EventRules.lowBalance`.
  case lowBalance
  case rechargePaid
  case rechargeDeclined
  case rechargeFailed
  case rechargeAuthenticationRequired
  case rechargeNeedsReview
  case rechargeRefunded
  /// Includes refunds that the bank returned days after they were made.
  case rechargeRefundFailed
  case rechargeRefundNeedsReview
  case disputeOpened
  case disputeWon
  case disputeLost
  /// The card's network has issued a saved card anew.
  case paymentMethodUpdated
  /// The processor no longer has a saved card.
  case paymentMethodInvalidated
  case holdExpired
  /// A capture, a refund of a recharge, a dispute or an adjustment took more than the available balance.
  case shortfall
  case walletFrozen
  case walletUnfrozen
  case walletClosed
  /// Automatic recharges are suspended until somebody resumes them.
  case autoRechargeSuspended
  case autoRechargeLimitReached
}

/// The limit below which a wallet's balance counts as low.
package struct EventRules: Hashable, Sendable {
  /// In micros, in any currency.
  package var lowBalance: Int64

  package init(lowBalance: Int64) { self.lowBalance = lowBalance }

  /// $10.
  package static let usual = EventRules(lowBalance: 10 * Money.microsPerUnit)

  /// Returns the events that `record` causes; empty for most records.
  package func events(in record: JournalRecord) -> [LedgerEvent] {
    var events: [LedgerEvent] = []
    if let event = LedgerEvent(record.kind) { events.append(event) }
    if record.suspendsAutoRecharge { events.append(.autoRechargeSuspended) }
    if record.shortfall > 0 { events.append(.shortfall) }
    let available = record.posted - record.held
    let before = available - record.amount + record.heldChange
    if before >= lowBalance, available < lowBalance { events.append(.lowBalance) }
    return events
  }
}

extension LedgerEvent {
  fileprivate init?(_ kind: RecordKind) {
    switch kind {
    case .rechargePaid: self = .rechargePaid
    case .rechargeDeclined: self = .rechargeDeclined
    case .rechargeFailed: self = .rechargeFailed
    case .rechargeAuthenticationRequired: self = .rechargeAuthenticationRequired
    case .rechargeNeedsReview: self = .rechargeNeedsReview
    case .rechargeRefunded, .rechargeRefundFound: self = .rechargeRefunded
    case .rechargeRefundFailed: self = .rechargeRefundFailed
    case .rechargeRefundNeedsReview: self = .rechargeRefundNeedsReview
    case .disputeOpened: self = .disputeOpened
    case .disputeWon: self = .disputeWon
    case .disputeLost: self = .disputeLost
    case .paymentMethodUpdated: self = .paymentMethodUpdated
    case .paymentMethodInvalidated: self = .paymentMethodInvalidated
    case .holdExpired: self = .holdExpired
    case .walletFrozen: self = .walletFrozen
    case .walletUnfrozen: self = .walletUnfrozen
    case .walletClosed: self = .walletClosed
    case .autoRechargeSuspended: self = .autoRechargeSuspended
    case .autoRechargeLimitReached: self = .autoRechargeLimitReached
    case .walletCreated, .charge, .refund, .grant, .writeOff, .correction, .openingBalance, .holdPlaced, .holdExtended,
      .capture, .holdReleased,
      .rechargeStarted, .rechargeCardAttached, .rechargeRefundStarted, .paymentMethodSaved, .paymentMethodDefaultSet,
      .paymentMethodRemoved, .paymentMethodDetached, .billingDetailsUpdated, .autoRechargeSet, .autoRechargeResumed,
      .autoRechargeArmed:
      return nil
    }
  }
}

extension JournalRecord {
  /// Whether this record suspended automatic recharges, because of an automatic recharge or a dispute.
  fileprivate var suspendsAutoRecharge: Bool {
    switch kind {
    case .rechargePaid, .rechargeDeclined, .rechargeFailed, .disputeOpened, .disputeLost: break
    default: return false
    }
    guard let payload = try? RecordPayload(canonicalBytes: payload), let autoRecharge = payload.wallet.autoRecharge,
      payload.recharge.map({ $0.purpose == .autoRecharge }) ?? true
    else { return false }
    guard autoRecharge.isEnabled, case .suspended(time, _) = autoRecharge.phase else { return false }
    return true
  }
}
