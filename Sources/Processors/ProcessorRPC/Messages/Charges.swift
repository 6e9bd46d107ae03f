import Ledger
import PaymentProcessing
import ProcessorAPI

extension Ledger.Money {
  /// Accepts only amounts above zero, or also zero.
  init(_ message: MoneyMessage?, mayBeZero: Bool = false) throws(FieldError) {
    let message = try FieldError.present(message, "amount")
    guard let currency = Currency(code: message.currencyCode) else {
      throw FieldError(field: "amount.currency_code", description: "must be an ISO 4217 code in upper case")
    }
    guard message.micros > 0 || mayBeZero && message.micros == 0 else {
      throw FieldError(field: "amount.micros", description: "must be above zero")
    }
    self.init(micros: message.micros, currency: currency)
  }

  var message: MoneyMessage { MoneyMessage(currencyCode: currency.code, micros: micros) }
}

extension ChargeRequest {
  init(_ message: CreateChargeRequest) throws(FieldError) {
    self.init(
      key: try FieldError.text(message.idempotencyKey, "idempotency_key"),
      rechargeID: RechargeID(try FieldError.text(message.rechargeID, "recharge_id")),
      walletID: WalletID(try FieldError.text(message.walletID, "wallet_id")),
      amount: try Ledger.Money(message.amount),
      token: try PaymentMethodToken(message: message.paymentMethodToken),
      isCardholderPresent: message.cardholderPresent,
      billing: message.billingDetails.map { Ledger.BillingDetails($0) }
    )
  }

  var message: CreateChargeRequest {
    CreateChargeRequest(
      idempotencyKey: key,
      rechargeID: rechargeID.value,
      walletID: walletID.value,
      amount: amount.message,
      paymentMethodToken: token.secret,
      cardholderPresent: isCardholderPresent,
      billingDetails: billing?.message
    )
  }
}

extension ChargeResult {
  init(_ message: ProcessorAPI.Charge) throws(FieldError) {
    self.init(
      id: try FieldError.text(message.chargeID, "charge_id"),
      rechargeID: RechargeID(try FieldError.text(message.rechargeID, "recharge_id")),
      amount: try Ledger.Money(message.amount),
      status: try Status(message)
    )
  }

  var message: ProcessorAPI.Charge {
    var message = ProcessorAPI.Charge(chargeID: id, rechargeID: rechargeID.value, amount: amount.message)
    switch status {
    case .processing: message.state = .processing
    case .paid: message.state = .paid
    case .declined(let code):
      message.state = .declined
      message.declineCode = code
    case .authenticationRequired(let url):
      message.state = .authenticationRequired
      message.nextActionURL = url
    case .cancelled: message.state = .cancelled
    }
    return message
  }
}

extension ChargeResult.Status {
  /// Longer than the limit for other texts, since URLs are longer.
  private static let longestURL = 2048

  fileprivate init(_ message: ProcessorAPI.Charge) throws(FieldError) {
    switch message.state {
    case .processing: self = .processing
    case .paid: self = .paid
    case .declined: self = .declined(code: try FieldError.code(message.declineCode, "decline_code"))
    case .authenticationRequired:
      guard (1...Self.longestURL).contains(message.nextActionURL.utf8.count) else {
        throw FieldError(field: "next_action_url", description: "must have 1 to \(Self.longestURL) bytes")
      }
      self = .authenticationRequired(url: message.nextActionURL)
    case .cancelled: self = .cancelled
    case .unspecified, .unrecognized: throw FieldError(field: "state", description: "must be one that is known")
    }
  }
}
