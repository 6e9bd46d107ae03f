import Ledger

// The decoded parts of Stripe's objects, under Stripe's names.

struct StripeAccount: Decodable {
  var id: String
}

struct StripeSetupIntent: Decodable {
  var id: String
  var clientSecret: String
}

struct StripeCustomer: Decodable {
  var id: String
}

struct StripePaymentMethod: Decodable {
  struct Card: Decodable {
    var brand: String
    var last4: String
    var expMonth: Int32
    var expYear: Int32
  }

  var id: String
  var customer: String?
  var card: Card?

  func shown() throws(ProcessorFailure) -> Ledger.Card {
    guard let card else { throw .rejected("the payment method is no card") }
    return Ledger.Card(brand: card.brand, last4: card.last4, expiryMonth: card.expMonth, expiryYear: card.expYear)
  }
}

struct StripeRefund: Decodable, Identifiable {
  var id: String
  var amount: Int64
  var currency: String
  var status: String?
  var paymentIntent: String?
  var failureReason: String?
  var metadata: [String: String]?

  func refund() throws(ProcessorFailure) -> RefundResult {
    guard let key = metadata?[StripeProcessor.MetadataName.key], let paymentIntent else {
      throw .outcomeUnknown("Stripe answered with another refund")
    }
    let status: RefundResult.Status =
      switch self.status {
      case "succeeded": .refunded
      case "failed": .failed(code: failureReason ?? "unknown")
      case "canceled": .failed(code: "canceled")
      default: .processing
      }
    return RefundResult(
      id: id,
      key: key,
      chargeID: paymentIntent,
      amount: try MinorUnits.money(amount, currency),
      status: status
    )
  }
}

struct StripeDispute: Decodable {
  var id: String
  var amount: Int64
  var currency: String
  var status: String
  var paymentIntent: String?
}

struct StripeList<Object: Decodable>: Decodable {
  var data: [Object]
  var hasMore: Bool?
}

struct StripeErrorBody: Decodable {
  var error: StripeError
}

struct StripeError: Decodable {
  var type: String?
  var code: String?
  var declineCode: String?
  var param: String?
  var paymentIntent: StripePaymentIntent?

  var declineReason: String { StripeDecline(code: code, declineCode: declineCode).reason }
}

/// The reason why a card was not charged or attached.
struct StripeDecline: Decodable {
  struct Method: Decodable {
    var id: String
  }

  var code: String?
  var declineCode: String?
  var paymentMethod: Method?

  /// Stripe's `code`, or its `decline_code` if the former only says that the card's bank declined.
  var reason: String {
    let reason = code == "card_declined" ? declineCode ?? code : code ?? declineCode
    return reason.flatMap { StripeToken.isName($0) ? $0 : nil } ?? "generic_decline"
  }
}
