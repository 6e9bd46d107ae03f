/// What may be known of a card: never its number.
package struct Card: Hashable, Sendable {
  package var brand: String
  package var last4: String
  package var expiryMonth: Int32
  package var expiryYear: Int32

  package init(brand: String, last4: String, expiryMonth: Int32, expiryYear: Int32) {
    self.brand = brand
    self.last4 = last4
    self.expiryMonth = expiryMonth
    self.expiryYear = expiryYear
  }
}

/// Asked once and kept with the card.
package struct BillingDetails: Hashable, Sendable {
  package var name: String
  package var email: String
  /// ISO 3166-1 alpha-2.
  package var country: String
  package var postalCode: String

  package static let none = BillingDetails(name: "", email: "", country: "", postalCode: "")

  package init(name: String, email: String, country: String, postalCode: String) {
    self.name = name
    self.email = email
    self.country = country
    self.postalCode = postalCode
  }
}

/// A card that a wallet can pay with.
package struct PaymentMethod: Hashable, Sendable {
  package var id: PaymentMethodID
  package var walletID: WalletID
  package var token: PaymentMethodToken
  package var card: Card
  package var billing: BillingDetails
  package var createTime: LedgerTime

  package init(
    id: PaymentMethodID,
    walletID: WalletID,
    token: PaymentMethodToken,
    card: Card,
    billing: BillingDetails,
    createTime: LedgerTime
  ) {
    self.id = id
    self.walletID = walletID
    self.token = token
    self.card = card
    self.billing = billing
    self.createTime = createTime
  }
}

/// A card that the processor described and that no wallet has yet. The id is drawn by whoever submits the command.
package struct CandidateCard: Hashable, Sendable {
  package var id: PaymentMethodID
  package var token: PaymentMethodToken
  package var card: Card
  package var billing: BillingDetails

  package init(id: PaymentMethodID, token: PaymentMethodToken, card: Card, billing: BillingDetails) {
    self.id = id
    self.token = token
    self.card = card
    self.billing = billing
  }

  func paymentMethod(for walletID: WalletID, at time: LedgerTime) -> PaymentMethod {
    PaymentMethod(id: id, walletID: walletID, token: token, card: card, billing: billing, createTime: time)
  }
}
