package import Ledger

/// A setup of a card to begin.
package struct CardSetupRequest: Hashable, Sendable {
  /// The idempotency key.
  package var key: String
  /// The wallet that the card will pay for.
  package var walletID: WalletID

  package init(key: String, walletID: WalletID) {
    self.key = key
    self.walletID = walletID
  }
}

/// A card to attach.
package struct AttachRequest: Hashable, Sendable {
  /// The idempotency key.
  package var key: String
  /// The wallet that the card will pay for.
  package var walletID: WalletID
  package var token: PaymentMethodToken
  package var billing: BillingDetails

  package init(key: String, walletID: WalletID, token: PaymentMethodToken, billing: BillingDetails) {
    self.key = key
    self.walletID = walletID
    self.token = token
    self.billing = billing
  }
}

/// A charge to make.
package struct ChargeRequest: Hashable, Sendable {
  /// The idempotency key.
  package var key: String
  package var rechargeID: RechargeID
  package var walletID: WalletID
  package var amount: Money
  package var token: PaymentMethodToken
  /// Whether the cardholder asked for the charge and can authenticate it now.
  package var isCardholderPresent: Bool
  /// The recipient of a receipt, if known.
  package var billing: BillingDetails?

  package init(
    key: String,
    rechargeID: RechargeID,
    walletID: WalletID,
    amount: Money,
    token: PaymentMethodToken,
    isCardholderPresent: Bool = false,
    billing: BillingDetails? = nil
  ) {
    self.key = key
    self.rechargeID = rechargeID
    self.walletID = walletID
    self.amount = amount
    self.token = token
    self.isCardholderPresent = isCardholderPresent
    self.billing = billing
  }
}

/// A refund to make.
package struct RefundRequest: Hashable, Sendable {
  /// The idempotency key.
  package var key: String
  /// The processor's charge id.
  package var chargeID: String
  /// The recharge that the charge paid for. The processor shows it with the refund.
  package var rechargeID: RechargeID
  /// The amount to refund, up to the whole charge.
  package var amount: Money

  package init(key: String, chargeID: String, rechargeID: RechargeID, amount: Money) {
    self.key = key
    self.chargeID = chargeID
    self.rechargeID = rechargeID
    self.amount = amount
  }
}
