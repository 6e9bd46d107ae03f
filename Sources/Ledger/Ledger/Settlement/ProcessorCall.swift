/// A call to the processor that charges cards. The processor answers it with a `ProcessorResponse`, or the call fails.
///
/// An idempotency key belongs to one charge, refund or attachment: repeating a call under its key within 24 h has no
/// further effect.
package enum ProcessorCall: Hashable, Sendable {
  /// Verifies a card and attaches it, so that it can be charged repeatedly for a wallet. Answered with `attached`.
  case attachCard(key: String, walletID: WalletID, token: PaymentMethodToken, billing: BillingDetails)
  /// Makes the token of an attached card useless. Answered with `detached`.
  case detachCard(PaymentMethodToken)
  /// Charges a card. Answered with `charge`.
  case createCharge(
    key: String,
    rechargeID: RechargeID,
    walletID: WalletID,
    amount: Money,
    token: PaymentMethodToken,
    isCardholderPresent: Bool,
    billing: BillingDetails?
  )
  /// Cancels a charge that waits for its cardholder. Answered with `charge` or `notFound`.
  case cancelCharge(key: String)
  /// Looks up the charge of a key. Answered with `charge` or `notFound`.
  case findCharge(key: String)
  /// Looks up a charge by the processor's id. Answered with `charge` or `notFound`.
  case retrieveCharge(id: String)
  /// Refunds all or part of a charge. Answered with `refund`.
  case createRefund(key: String, chargeID: String, rechargeID: RechargeID, amount: Money)
  /// Looks up the refund of a key, among those of its charge. Answered with `refund` or `notFound`.
  case findRefund(key: String, chargeID: String)
}
