import CreditsAPI
import Ledger
import LedgerEngine

// Conversions of journal records and events to messages.

extension CreditsAPI.Change {
  /// - Throws: `ScanError.damaged` when the record's payload cannot be read.
  init(_ record: JournalRecord) throws(ScanError) {
    guard let payload = try? RecordPayload(canonicalBytes: record.payload) else {
      throw .damaged("record \(record.number) is damaged")
    }
    let wallet = payload.wallet
    self.init(
      kind: Kind(record.kind),
      wallet: CreditsAPI.Wallet(wallet),
      createTime: Timestamp(record.time),
      actor: record.origin.caller,
      entry: payload.entry.map { CreditsAPI.Entry($0, of: wallet) },
      hold: payload.hold.map { CreditsAPI.Hold($0) },
      recharge: payload.recharge.map { CreditsAPI.Recharge($0) },
      paymentMethod: payload.savedPaymentMethod.map { CreditsAPI.PaymentMethod($0) },
      rechargeRefund: payload.rechargeRefund.map { CreditsAPI.RechargeRefund($0) },
      dispute: payload.dispute.map { CreditsAPI.Dispute($0) },
      removedPaymentMethod: payload.removedPaymentMethod.map { CreditsAPI.PaymentMethod($0) },
      // The reference of an entry about usage is the caller's name of the usage.
      memo: record.reason == nil && record.holdID == nil ? record.reference : payload.entry?.memo ?? ""
    )
  }
}

extension CreditsAPI.Change.Kind {
  fileprivate init(_ kind: RecordKind) {
    self =
      switch kind {
      case .walletCreated: .walletCreated
      case .charge: .charge
      case .refund: .refund
      case .grant: .grant
      case .writeOff: .writeOff
      case .correction: .correction
      case .openingBalance: .openingBalance
      case .holdPlaced: .holdPlaced
      case .holdExtended: .holdExtended
      case .capture: .capture
      case .holdReleased: .holdReleased
      case .holdExpired: .holdExpired
      case .walletFrozen: .walletFrozen
      case .walletUnfrozen: .walletUnfrozen
      case .walletClosed: .walletClosed
      case .rechargeStarted: .rechargeStarted
      case .rechargePaid: .rechargePaid
      case .rechargeDeclined: .rechargeDeclined
      case .rechargeAuthenticationRequired: .rechargeAuthenticationRequired
      case .rechargeFailed: .rechargeFailed
      case .rechargeNeedsReview: .rechargeNeedsReview
      case .rechargeCardAttached: .rechargeCardAttached
      case .rechargeRefundStarted: .rechargeRefundStarted
      case .rechargeRefunded: .rechargeRefunded
      case .rechargeRefundFailed: .rechargeRefundFailed
      case .rechargeRefundNeedsReview: .rechargeRefundNeedsReview
      case .rechargeRefundFound: .rechargeRefundFound
      case .disputeOpened: .disputeOpened
      case .disputeWon: .disputeWon
      case .disputeLost: .disputeLost
      case .paymentMethodSaved: .paymentMethodSaved
      case .paymentMethodDefaultSet: .paymentMethodDefaultSet
      case .paymentMethodRemoved: .paymentMethodRemoved
      case .paymentMethodDetached: .paymentMethodDetached
      case .paymentMethodUpdated: .paymentMethodUpdated
      case .paymentMethodInvalidated: .paymentMethodInvalidated
      case .billingDetailsUpdated: .billingDetailsUpdated
      case .autoRechargeSet: .autoRechargeSet
      case .autoRechargeResumed: .autoRechargeResumed
      case .autoRechargeArmed: .autoRechargeArmed
      case .autoRechargeLimitReached: .autoRechargeLimitReached
      case .autoRechargeSuspended: .autoRechargeSuspended
      }
  }
}

extension CreditsAPI.Event.Kind {
  init(_ event: LedgerEvent) {
    self =
      switch event {
      case .lowBalance: .lowBalance
      case .rechargePaid: .rechargePaid
      case .rechargeDeclined: .rechargeDeclined
      case .rechargeFailed: .rechargeFailed
      case .rechargeAuthenticationRequired: .rechargeAuthenticationRequired
      case .rechargeNeedsReview: .rechargeNeedsReview
      case .rechargeRefunded: .rechargeRefunded
      case .rechargeRefundFailed: .rechargeRefundFailed
      case .rechargeRefundNeedsReview: .rechargeRefundNeedsReview
      case .disputeOpened: .disputeOpened
      case .disputeWon: .disputeWon
      case .disputeLost: .disputeLost
      case .paymentMethodUpdated: .paymentMethodUpdated
      case .paymentMethodInvalidated: .paymentMethodInvalidated
      case .holdExpired: .holdExpired
      case .shortfall: .shortfall
      case .walletFrozen: .walletFrozen
      case .walletUnfrozen: .walletUnfrozen
      case .walletClosed: .walletClosed
      case .autoRechargeSuspended: .autoRechargeSuspended
      case .autoRechargeLimitReached: .autoRechargeLimitReached
      }
  }
}
