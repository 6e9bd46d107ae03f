import Ledger
import PaymentProcessing
import ProcessorAPI

extension Ledger.Card {
  /// Accepts only the few details that may be displayed: any other value might be a card number.
  init(_ message: CardMessage?) throws(FieldError) {
    let message = try FieldError.present(message, "card")
    guard message.last4.utf8.count == 4, message.last4.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw FieldError(field: "card.last4", description: "must be four digits")
    }
    guard (1...12).contains(message.expiryMonth), (1000...9999).contains(message.expiryYear) else {
      throw FieldError(field: "card.expiry_month", description: "must be a month and a year of four digits")
    }
    let brand = try FieldError.text(message.brand, "card.brand")
    guard !CardNumberScreen.containsCardNumber(brand) else {
      throw FieldError(field: "card.brand", description: "must be the name of a card's network")
    }
    self.init(
      brand: brand,
      last4: message.last4,
      expiryMonth: message.expiryMonth,
      expiryYear: message.expiryYear
    )
  }

  var message: CardMessage {
    CardMessage(brand: brand, last4: last4, expiryMonth: expiryMonth, expiryYear: expiryYear)
  }
}

extension PaymentMethodToken {
  init(message token: String) throws(FieldError) {
    guard !CardNumberScreen.containsCardNumber(token) else {
      throw FieldError(field: "payment_method_token", description: "must be a token: it holds a card number")
    }
    self.init(try FieldError.text(token, "payment_method_token"))
  }
}

extension Ledger.BillingDetails {
  init(_ message: BillingDetailsMessage) {
    self.init(
      name: message.name,
      email: message.email,
      country: message.country,
      postalCode: message.postalCode,
      street: message.street,
      city: message.city,
      company: message.company,
      taxID: message.taxID
    )
  }

  var message: BillingDetailsMessage {
    BillingDetailsMessage(
      name: name,
      email: email,
      country: country,
      postalCode: postalCode,
      street: street,
      city: city,
      company: company,
      taxID: taxID
    )
  }

  /// The fields that must not appear in an error.
  var secrets: [String] { [name, email, postalCode] + optionalFields }
}

extension CardSetupRequest {
  init(_ message: CreateCardSetupRequest) throws(FieldError) {
    self.init(
      key: try FieldError.text(message.idempotencyKey, "idempotency_key"),
      walletID: WalletID(try FieldError.text(message.walletID, "wallet_id"))
    )
  }

  var message: CreateCardSetupRequest { CreateCardSetupRequest(idempotencyKey: key, walletID: walletID.value) }
}

extension CardSetup {
  /// The maximum length of a client secret, in bytes.
  private static let longestSecret = 1024

  init(_ message: CreateCardSetupResponse) throws(FieldError) {
    guard (1...Self.longestSecret).contains(message.clientSecret.utf8.count) else {
      throw FieldError(field: "client_secret", description: "must have 1 to \(Self.longestSecret) bytes")
    }
    self.init(id: try FieldError.text(message.setupID, "setup_id"), clientSecret: message.clientSecret)
  }
}

extension AttachRequest {
  init(_ message: AttachPaymentMethodRequest) throws(FieldError) {
    self.init(
      key: try FieldError.text(message.idempotencyKey, "idempotency_key"),
      walletID: WalletID(try FieldError.text(message.walletID, "wallet_id")),
      token: try PaymentMethodToken(message: message.paymentMethodToken),
      billing: Ledger.BillingDetails(try FieldError.present(message.billingDetails, "billing_details"))
    )
  }

  var message: AttachPaymentMethodRequest {
    AttachPaymentMethodRequest(
      idempotencyKey: key,
      walletID: walletID.value,
      paymentMethodToken: token.secret,
      billingDetails: billing.message
    )
  }
}

extension CardAttachment {
  init(_ message: AttachedPaymentMethod) throws(FieldError) {
    self.init(
      token: try PaymentMethodToken(message: message.paymentMethodToken),
      card: try Ledger.Card(message.card)
    )
  }

  var message: AttachedPaymentMethod {
    AttachedPaymentMethod(paymentMethodToken: token.secret, card: card.message)
  }
}
