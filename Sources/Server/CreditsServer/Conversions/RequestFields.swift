import CreditsAPI
import Ledger

/// Reads and validates the fields of requests. Refusals name the invalid field.
enum RequestFields {
  private static let textLength = 1...255

  static func key(_ key: String) throws(Refusal) -> String {
    guard !key.isEmpty else { throw .idempotencyKeyRequired }
    guard IdempotencyKey.lengthRange.contains(key.utf8.count) else {
      throw .fieldInvalid(field: "idempotency_key", description: "must have 1 to 255 bytes")
    }
    return key
  }

  static func walletID(_ text: String) throws(Refusal) -> WalletID { WalletID(try required(text, "wallet_id")) }

  static func rechargeID(_ text: String) throws(Refusal) -> RechargeID { RechargeID(try required(text, "recharge_id")) }

  static func paymentMethodID(_ text: String) throws(Refusal) -> PaymentMethodID {
    PaymentMethodID(try required(text, "payment_method_id"))
  }

  static func currency(_ code: String, field: String) throws(Refusal) -> Currency {
    guard let currency = Currency(code: code) else {
      throw .fieldInvalid(field: field, description: "must be an ISO 4217 code in upper case, such as USD")
    }
    return currency
  }

  static func amount(_ money: CreditsAPI.Money?, field: String = "amount") throws(Refusal) -> Ledger.Money {
    guard let money else { throw .fieldInvalid(field: field, description: "is required") }
    return Ledger.Money(
      micros: money.micros,
      currency: try currency(money.currencyCode, field: "\(field).currency_code")
    )
  }

  static func entryID(_ text: String) throws(Refusal) -> EntryID {
    guard let id = EntryID(text) else {
      throw .fieldInvalid(field: "entry_id", description: "must be the entry_id of an entry, unchanged")
    }
    return id
  }

  static func holdID(_ text: String) throws(Refusal) -> HoldID {
    guard let id = HoldID(text) else {
      throw .fieldInvalid(field: "hold_id", description: "must be the hold_id of a hold, unchanged")
    }
    return id
  }

  /// Returns a hold's lifetime in seconds, or nil if it is not given.
  static func lifetime(_ ttl: LengthOfTime?) throws(Refusal) -> Int64? {
    guard let ttl else { return nil }
    guard ttl.nanos == 0, Hold.lifetimeRange.contains(ttl.seconds) else {
      let (least, most) = (Hold.lifetimeRange.lowerBound, Hold.lifetimeRange.upperBound)
      throw .fieldInvalid(field: "ttl", description: "must be whole seconds, from \(least) to \(most)")
    }
    return ttl.seconds
  }

  static func reason(_ reason: CreditsAPI.Entry.Reason) throws(Refusal) -> ChargeReason {
    switch reason {
    case .numberPurchase: return .numberPurchase
    case .call: return .call
    case .text: return .text
    case .other: return .other
    case .unspecified, .unrecognized:
      throw .fieldInvalid(field: "reason", description: "must be NUMBER_PURCHASE, CALL, TEXT or OTHER")
    }
  }

  /// Read first, so that no other refusal repeats a card number.
  static func memo(_ text: String) throws(Refusal) -> String {
    try TextScreen.check(text, field: "memo")
    return try limited(text, "memo")
  }

  static func requiredMemo(_ text: String) throws(Refusal) -> String { try required(try memo(text), "memo") }

  static func adjustment(_ kind: AdjustBalanceRequest.Kind) throws(Refusal) -> AdjustBalance.Kind {
    switch kind {
    case .writeOff: return .writeOff
    case .correction: return .correction
    case .openingBalance: return .openingBalance
    case .unspecified, .unrecognized:
      throw .fieldInvalid(field: "kind", description: "must be WRITE_OFF, CORRECTION or OPENING_BALANCE")
    }
  }

  static func reference(_ text: String) throws(Refusal) -> String { try limited(text, "reference") }

  /// Returns the card given by token and billing details, which must be given together, or nil without them.
  static func card(
    _ token: String,
    _ billing: CreditsAPI.BillingDetails?
  ) throws(Refusal) -> GivenCard? {
    guard !token.isEmpty else {
      guard billing == nil else {
        throw .fieldInvalid(field: "billing_details", description: "comes only with a payment_method_token")
      }
      return nil
    }
    return try requiredCard(token, billing)
  }

  static func requiredCard(
    _ token: String,
    _ billing: CreditsAPI.BillingDetails?
  ) throws(Refusal) -> GivenCard {
    let token = PaymentMethodToken(try required(token, "payment_method_token"))
    try TextScreen.check(token, field: "payment_method_token")
    return GivenCard(token: token, billing: try self.billing(billing))
  }

  static func billing(_ details: CreditsAPI.BillingDetails?) throws(Refusal) -> Ledger.BillingDetails {
    let given = details ?? CreditsAPI.BillingDetails()
    let billing = Ledger.BillingDetails(
      name: given.name,
      email: given.email,
      country: given.country,
      postalCode: given.postalCode,
      street: given.street,
      city: given.city,
      company: given.company,
      taxID: given.taxID
    )
    // Screen first, so that no other refusal repeats a card number.
    try billing.screen()
    _ = try required(billing.name, "billing_details.name")
    _ = try required(billing.email, "billing_details.email")
    _ = try required(billing.postalCode, "billing_details.postal_code")
    _ = try limited(billing.street, "billing_details.street")
    _ = try limited(billing.city, "billing_details.city")
    _ = try limited(billing.company, "billing_details.company")
    _ = try limited(billing.taxID, "billing_details.tax_id")
    guard billing.country.utf8.count == 2,
      billing.country.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
    else {
      throw .fieldInvalid(
        field: "billing_details.country",
        description: "must be an ISO 3166-1 alpha-2 code in upper case, such as US"
      )
    }
    return billing
  }

  static func required(_ text: String, _ field: String) throws(Refusal) -> String {
    guard textLength.contains(text.utf8.count) else {
      throw .fieldInvalid(field: field, description: "must have 1 to 255 bytes")
    }
    return text
  }

  private static func limited(_ text: String, _ field: String) throws(Refusal) -> String {
    guard text.utf8.count <= textLength.upperBound else {
      throw .fieldInvalid(field: field, description: "must have no more than 255 bytes")
    }
    return text
  }
}
