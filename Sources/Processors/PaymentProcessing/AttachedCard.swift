package import Ledger

package struct AttachRequest: Hashable, Sendable {
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

/// A card that can be charged again and again.
package struct AttachedCard: Hashable, Sendable {
  /// What is charged from now on; not always the token that was attached.
  package var token: PaymentMethodToken
  package var card: Card

  package init(token: PaymentMethodToken, card: Card) {
    self.token = token
    self.card = card
  }
}
