import Ledger
import PaymentProcessing

/// The cards that the simulated processor knows, by the names that Stripe gives its test payment methods
/// (https://docs.stripe.com/testing), and a few of our own for faults.
struct TestCard {
  enum Fault {
    case timeOutBeforeEffect
    case timeOutAfterEffect
    case serverError
    case rateLimited
  }

  let card: Card
  let status: ProcessorCharge.Status
  /// Met by the first attempt of each charge.
  let fault: Fault?

  static func named(_ token: PaymentMethodToken) -> TestCard? { all[token.secret] }

  private static let all: [String: TestCard] = [
    "pm_card_visa": TestCard("visa", "4242", .paid),
    "pm_card_mastercard": TestCard("mastercard", "4444", .paid),
    "pm_card_visa_chargeDeclined": TestCard("visa", "0002", .declined(code: "generic_decline")),
    "pm_card_chargeDeclinedInsufficientFunds": TestCard("visa", "9995", .declined(code: "insufficient_funds")),
    "pm_card_chargeDeclinedExpiredCard": TestCard("visa", "0069", .declined(code: "expired_card")),
    "pm_card_authenticationRequired": TestCard("visa", "3184", .authenticationRequired(url: "")),
    "pm_sim_timeOutBeforeEffect": TestCard("visa", "4242", .paid, fault: .timeOutBeforeEffect),
    "pm_sim_timeOutAfterEffect": TestCard("visa", "4242", .paid, fault: .timeOutAfterEffect),
    "pm_sim_serverError": TestCard("visa", "4242", .paid, fault: .serverError),
    "pm_sim_rateLimited": TestCard("visa", "4242", .paid, fault: .rateLimited),
  ]

  private init(_ brand: String, _ last4: String, _ status: ProcessorCharge.Status, fault: Fault? = nil) {
    card = Card(brand: brand, last4: last4, expiryMonth: 12, expiryYear: 2040)
    self.status = status
    self.fault = fault
  }
}
