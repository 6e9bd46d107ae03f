import CreditsAPI
import Ledger

// Conversions of the ledger's values to messages.

extension CreditsAPI.Money {
  init(_ money: Ledger.Money) {
    self.init(currencyCode: money.currency.code, micros: money.micros)
  }

  init(_ micros: Int64, _ currency: Currency) {
    self.init(currencyCode: currency.code, micros: micros)
  }
}

extension Timestamp {
  init(_ time: LedgerTime) {
    self.init(microsecondsSince1970: time.microseconds)
  }
}

extension CreditsAPI.Wallet {
  init(_ wallet: Ledger.Wallet) {
    self.init(
      walletID: wallet.id.value,
      currencyCode: wallet.currency.code,
      posted: CreditsAPI.Money(wallet.posted, wallet.currency),
      held: CreditsAPI.Money(wallet.held, wallet.currency),
      available: CreditsAPI.Money(wallet.available),
      state: State(wallet.state),
      sequence: wallet.sequence,
      createTime: Timestamp(wallet.createTime),
      autoRecharge: wallet.autoRecharge.map { CreditsAPI.AutoRecharge($0) },
      cardWarning: wallet.cardWarning.map { CreditsAPI.CardWarning($0) }
    )
  }
}

extension CreditsAPI.CardWarning {
  fileprivate init(_ warning: Ledger.CardWarning) {
    let kind: Kind =
      switch warning.kind {
      case .expiresSoon: .expiresSoon
      case .expired: .expired
      }
    self.init(
      kind: kind,
      expiryMonth: Int32(truncatingIfNeeded: warning.expiry.number % 12 + 1),
      expiryYear: Int32(truncatingIfNeeded: warning.expiry.number / 12)
    )
  }
}

extension CreditsAPI.Wallet.State {
  init(_ state: WalletState) {
    self =
      switch state {
      case .active: .active
      case .frozen: .frozen
      case .closed: .closed
      }
  }
}

extension CreditsAPI.Entry {
  init(_ entry: Ledger.Entry, of wallet: Ledger.Wallet) {
    self.init(
      entryID: entry.id.description,
      walletID: wallet.id.value,
      sequence: entry.sequence,
      kind: Kind(entry.kind),
      amount: CreditsAPI.Money(entry.amount),
      posted: CreditsAPI.Money(entry.posted, entry.amount.currency),
      reason: entry.reason.map { Reason($0) } ?? .unspecified,
      reference: entry.reference,
      actor: entry.caller,
      createTime: Timestamp(entry.time),
      rechargeID: entry.rechargeID?.value ?? "",
      holdID: entry.holdID?.description ?? "",
      refundedEntryID: entry.refundedEntryID?.description ?? "",
      shortfall: entry.shortfall > 0 ? CreditsAPI.Money(entry.shortfall, entry.amount.currency) : nil,
      memo: entry.memo,
      refundID: entry.rechargeRefundID?.value ?? "",
      disputeID: entry.disputeID?.value ?? "",
      counterAccount: CounterAccount(entry.counterAccount)
    )
  }
}

extension CreditsAPI.Entry.Kind {
  fileprivate init(_ kind: RecordKind) {
    self =
      switch kind {
      case .charge: .charge
      case .rechargePaid: .recharge
      case .capture: .capture
      case .refund: .refund
      case .grant: .grant
      case .writeOff: .writeOff
      case .correction: .correction
      case .openingBalance: .openingBalance
      case .rechargeRefunded, .rechargeRefundFailed, .rechargeRefundFound: .rechargeRefund
      case .disputeOpened, .disputeWon, .disputeLost: .dispute
      case .walletCreated, .holdPlaced, .holdExtended, .holdReleased, .holdExpired, .walletFrozen, .walletUnfrozen,
        .walletClosed, .rechargeStarted, .rechargeDeclined, .rechargeAuthenticationRequired, .rechargeFailed,
        .rechargeNeedsReview, .rechargeCardAttached, .rechargeRefundStarted, .rechargeRefundNeedsReview,
        .paymentMethodSaved, .paymentMethodDefaultSet, .paymentMethodRemoved, .paymentMethodDetached,
        .paymentMethodUpdated, .paymentMethodInvalidated, .billingDetailsUpdated, .autoRechargeSet,
        .autoRechargeResumed, .autoRechargeArmed, .autoRechargeLimitReached, .autoRechargeSuspended:
        .unspecified
      }
  }
}

extension CreditsAPI.Entry.CounterAccount {
  fileprivate init(_ account: Ledger.CounterAccount) {
    self =
      switch account {
      case .processor: .processor
      case .usage: .usage
      case .refunds: .refunds
      case .grants: .grants
      case .disputes: .disputes
      case .writeOffs: .writeOffs
      case .corrections: .corrections
      case .openingBalances: .openingBalances
      }
  }
}

extension CreditsAPI.Hold {
  init(_ hold: Ledger.Hold) {
    self.init(
      holdID: hold.id.description,
      walletID: hold.walletID.value,
      state: State(hold.state),
      amount: CreditsAPI.Money(hold.amount, hold.currency),
      remaining: CreditsAPI.Money(hold.remaining, hold.currency),
      captured: CreditsAPI.Money(hold.captured, hold.currency),
      shortfall: CreditsAPI.Money(hold.shortfall, hold.currency),
      late: hold.isLate,
      reason: CreditsAPI.Entry.Reason(hold.reason),
      reference: hold.reference,
      actor: hold.caller,
      expireTime: Timestamp(hold.expireTime),
      createTime: Timestamp(hold.createTime)
    )
  }
}

extension CreditsAPI.Hold.State {
  fileprivate init(_ state: HoldState) {
    self =
      switch state {
      case .held: .held
      case .captured: .captured
      case .released: .released
      case .expired: .expired
      }
  }
}

extension CreditsAPI.Entry.Reason {
  init(_ reason: ChargeReason) {
    self =
      switch reason {
      case .numberPurchase: .numberPurchase
      case .call: .call
      case .text: .text
      case .other: .other
      }
  }
}

extension CreditsAPI.PaymentMethod {
  init(_ paymentMethod: Ledger.PaymentMethod) {
    self.init(
      paymentMethodID: paymentMethod.id.value,
      walletID: paymentMethod.walletID.value,
      brand: paymentMethod.card.brand,
      last4: paymentMethod.card.last4,
      expiryMonth: paymentMethod.card.expiryMonth,
      expiryYear: paymentMethod.card.expiryYear,
      billingDetails: CreditsAPI.BillingDetails(paymentMethod.billing),
      createTime: Timestamp(paymentMethod.createTime)
    )
  }
}

extension CreditsAPI.BillingDetails {
  init(_ billing: Ledger.BillingDetails) {
    self.init(
      name: billing.name,
      email: billing.email,
      country: billing.country,
      postalCode: billing.postalCode,
      street: billing.street,
      city: billing.city,
      company: billing.company,
      taxID: billing.taxID
    )
  }
}
