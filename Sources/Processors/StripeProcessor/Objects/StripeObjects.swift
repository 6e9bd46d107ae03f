import Ledger

// The decoded parts of Stripe's objects, under Stripe's names.

/// A field that holds an object's id, or, where it is expanded (https://docs.stripe.com/api/expanding_objects), the object.
struct StripeReference: Decodable, Hashable {
  private struct Expanded: Decodable {
    var id: String
  }

  let id: String

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let id = try? container.decode(String.self) {
      self.id = id
    } else {
      id = try container.decode(Expanded.self).id
    }
  }
}

struct StripeAccount: Decodable {
  var id: String
}

struct StripeSetupIntent: Decodable {
  var id: String
  var clientSecret: String
  var livemode: Bool?
}

struct StripeCustomer: Decodable, Identifiable {
  var id: String
  var livemode: Bool?
  var deleted: Bool?
  var metadata: [String: String]?

  var walletID: String? { metadata?[StripeProcessor.MetadataName.walletID] }
}

struct StripePaymentMethod: Decodable {
  struct Card: Decodable {
    var brand: String
    var last4: String
    var expMonth: Int32
    var expYear: Int32
  }

  var id: String
  var livemode: Bool?
  var customer: StripeReference?
  var card: Card?

  func shown() throws(ProcessorFailure) -> Ledger.Card {
    guard let card else { throw .rejected("the payment method is no card") }
    return Ledger.Card(brand: card.brand, last4: card.last4, expiryMonth: card.expMonth, expiryYear: card.expYear)
  }
}

struct StripeDispute: Decodable {
  var id: String
  var amount: Int64
  var currency: String
  var status: String
  var paymentIntent: StripeReference?
}

struct StripeList<Object: Decodable>: Decodable {
  var data: [Object]
  var hasMore: Bool?
}

struct StripeErrorBody: Decodable {
  var error: StripeError
}

struct StripeError: Decodable {
  var type: String
  var code: String?
  var declineCode: String?
  var param: String?
  var paymentIntent: StripePaymentIntent?

  var declineReason: String { StripeDecline(code: code, declineCode: declineCode).reason }

  /// The code, if it is safe to show.
  var reportedCode: String? { code.flatMap { StripeToken.isName($0) ? $0 : nil } }
  /// The type, if it is safe to show.
  var reportedType: String? { StripeToken.isName(type) ? type : nil }
}

/// The reason why a card was not charged or attached.
struct StripeDecline: Decodable {
  private static let authenticationRequired = "authentication_required"

  struct Method: Decodable {
    var id: String
  }

  var code: String?
  var declineCode: String?
  var paymentMethod: Method?

  /// Whether the bank declines only because the cardholder was absent. Stripe reports it as a code of its own, or as the
  /// bank's decline code (https://docs.stripe.com/declines/codes).
  var requiresAuthentication: Bool {
    code == Self.authenticationRequired || declineCode == Self.authenticationRequired
  }

  /// Stripe's `code`, or its `decline_code` if the former only says that the card's bank declined.
  var reason: String {
    let reason = code == "card_declined" ? declineCode ?? code : code ?? declineCode
    return reason.flatMap { StripeToken.isName($0) ? $0 : nil } ?? "generic_decline"
  }
}
