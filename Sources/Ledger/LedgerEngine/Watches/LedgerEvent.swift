package import Ledger

/// What those who notify people want to know of. One change can be several.
package enum LedgerEvent: Hashable, Sendable, CaseIterable {
  /// What is available fell below the limit that the configuration names.
  case lowBalance
  case rechargePaid
  case rechargeDeclined
  case rechargeFailed
  case rechargeAuthenticationRequired
  case rechargeNeedsReview
  case rechargeRefunded
  /// Also of one that the bank would not have days after it was made.
  case rechargeRefundFailed
  case rechargeRefundNeedsReview
  case disputeOpened
  case disputeWon
  case disputeLost
  case holdExpired
  /// A capture took more than there was.
  case shortfall
  case walletFrozen
  case walletUnfrozen
  case walletClosed
  /// Automatic recharges have ended until somebody acts.
  case autoRechargeSuspended
  case autoRechargeLimitReached
}

/// When a wallet's balance counts as low.
package struct EventRules: Hashable, Sendable {
  /// In micros of any currency.
  package var lowBalance: Int64

  package init(lowBalance: Int64) { self.lowBalance = lowBalance }

  /// $10.
  package static let usual = EventRules(lowBalance: 10 * Money.microsPerUnit)

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
    case .rechargeRefunded: self = .rechargeRefunded
    case .rechargeRefundFailed: self = .rechargeRefundFailed
    case .rechargeRefundNeedsReview: self = .rechargeRefundNeedsReview
    case .disputeOpened: self = .disputeOpened
    case .disputeWon: self = .disputeWon
    case .disputeLost: self = .disputeLost
    case .holdExpired: self = .holdExpired
    case .walletFrozen: self = .walletFrozen
    case .walletUnfrozen: self = .walletUnfrozen
    case .walletClosed: self = .walletClosed
    case .autoRechargeSuspended: self = .autoRechargeSuspended
    case .autoRechargeLimitReached: self = .autoRechargeLimitReached
    case .walletCreated, .charge, .refund, .grant, .holdPlaced, .holdExtended, .capture, .holdReleased,
      .rechargeStarted, .rechargeCardAttached, .rechargeRefundStarted, .paymentMethodSaved, .paymentMethodDefaultSet,
      .paymentMethodRemoved, .paymentMethodDetached, .autoRechargeSet, .autoRechargeResumed, .autoRechargeArmed:
      return nil
    }
  }
}

extension JournalRecord {
  /// Whether it was the end of automatic recharges: theirs, or a dispute that came up at this moment.
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
