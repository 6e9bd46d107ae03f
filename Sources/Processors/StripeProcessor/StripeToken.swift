import Ledger

/// A card at Stripe: `pm_…`, or `cus_…:pm_…` for an attached card. The token alone determines the requests about a card,
/// so they are identical each time that their key is sent.
struct StripeToken {
  private static let separator: Character = ":"

  let customer: String?
  let paymentMethod: String

  init(customer: String, paymentMethod: String) {
    self.customer = customer
    self.paymentMethod = paymentMethod
  }

  init(_ token: PaymentMethodToken) throws(ProcessorFailure) {
    guard !CardNumberScreen.containsCardNumber(token.secret) else {
      throw .rejected("the token holds a card number: get a token from Stripe, and never send the number itself")
    }
    let names = token.secret.split(separator: Self.separator, omittingEmptySubsequences: false).map(String.init)
    guard (1...2).contains(names.count), names.allSatisfy(Self.isName) else { throw .unknownToken }
    paymentMethod = names[names.count - 1]
    customer = names.count == 2 ? names[0] : nil
  }

  var token: PaymentMethodToken {
    PaymentMethodToken((customer.map { $0 + String(Self.separator) } ?? "") + paymentMethod)
  }

  /// Whether a text is a valid Stripe id, and so safe in a URL's path.
  static func isName(_ text: String) -> Bool {
    (1...255).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }
}
