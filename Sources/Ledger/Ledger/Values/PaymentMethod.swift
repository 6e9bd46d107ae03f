/// The details of a card that may be stored. Never its number.
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

  /// The last month in which the card can be charged.
  package var expiry: CalendarMonth { CalendarMonth(number: Int64(expiryYear) * 12 + Int64(expiryMonth) - 1) }
}

/// A warning about a wallet's default card.
package struct CardWarning: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The card expires at the end of this month or the next.
    case expiresSoon = "EXPIRES_SOON"
    case expired = "EXPIRED"
  }

  package var kind: Kind
  package var expiry: CalendarMonth

  package init(kind: Kind, expiry: CalendarMonth) {
    self.kind = kind
    self.expiry = expiry
  }

  /// Returns nil if the card expires after the next month.
  init?(expiry: CalendarMonth, at time: LedgerTime) {
    let now = CalendarMonth(of: time)
    guard expiry.number <= now.next.number else { return nil }
    self.init(kind: expiry.number < now.number ? .expired : .expiresSoon, expiry: expiry)
  }
}

/// The billing details of a card, which are kept with it.
package struct BillingDetails: Hashable, Sendable {
  package var name: String
  package var email: String
  /// ISO 3166-1 alpha-2.
  package var country: String
  package var postalCode: String
  /// Empty if not given, like the following fields.
  package var street: String
  package var city: String
  package var company: String
  package var taxID: String

  package init(
    name: String,
    email: String,
    country: String,
    postalCode: String,
    street: String = "",
    city: String = "",
    company: String = "",
    taxID: String = ""
  ) {
    self.name = name
    self.email = email
    self.country = country
    self.postalCode = postalCode
    self.street = street
    self.city = city
    self.company = company
    self.taxID = taxID
  }

  /// The fields that may be missing, which the first versions did not have.
  package var optionalFields: [String] { [street, city, company, taxID] }
}

/// Whether a card can still be charged.
package enum PaymentMethodState: String, Hashable, Sendable, CaseIterable {
  case saved = "SAVED"
  /// The card is no longer charged, and still has to be detached at the processor.
  case removed = "REMOVED"
  /// The card is detached at the processor, or another card keeps its token.
  case detached = "DETACHED"
}

/// A card that a wallet can pay with.
package struct PaymentMethod: Hashable, Sendable {
  package var id: PaymentMethodID
  package var walletID: WalletID
  package var token: PaymentMethodToken
  package var card: Card
  package var billing: BillingDetails
  package var createTime: LedgerTime
  package var state: PaymentMethodState

  /// The maximum number of a wallet's saved cards.
  package static let mostPerWallet = 10

  package init(
    id: PaymentMethodID,
    walletID: WalletID,
    token: PaymentMethodToken,
    card: Card,
    billing: BillingDetails,
    createTime: LedgerTime,
    state: PaymentMethodState = .saved
  ) {
    self.id = id
    self.walletID = walletID
    self.token = token
    self.card = card
    self.billing = billing
    self.createTime = createTime
    self.state = state
  }
}

/// A card that the processor has described and no wallet has saved. The submitter of the command generates the id.
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
