import Ledger
import PaymentProcessing
import StripeProcessor
import Testing

@Suite("Looking things up at Stripe", .enabled(if: StandInStripe.isAvailable, StandInStripe.absence))
struct LookupTests {
  private let stripe: StandInStripe

  init() throws { stripe = try StandInStripe() }

  @Test("wallets and keys that differ only in case are different")
  func letterCase() async throws {
    let processor = try stripe.processor()
    let ada = try await processor.attachCard(.visa("Ada", key: "a1"))
    let restarted = try stripe.processor()
    let other = try await restarted.attachCard(.visa("ada", key: "a2"))
    #expect(ada.token.secret.split(separator: ":")[0] != other.token.secret.split(separator: ":")[0])
    try await restarted.detachCard(ada.token)
    #expect(try await restarted.describeCard(other.token).last4 == "4242")

    let upper = try await processor.createCharge(.tenDollars(key: "KEY"))
    #expect(try await restarted.findCharge(key: "key") == nil)
    #expect(try await restarted.findCharge(key: "KEY") == upper)
  }

  @Test("a charge is found at once, though search lags, also by a processor that did not make it")
  func lag() async throws {
    try await stripe.set(lag: 60)
    let processor = try stripe.processor()
    let charge = try await processor.createCharge(.tenDollars())
    #expect(try await processor.findCharge(key: "k1") == charge)
    #expect(try await stripe.asked("GET /v1/payment_intents/search").isEmpty)
    #expect(try await stripe.processor().findCharge(key: "k1") == charge)
  }

  @Test("a payment at the cardholder's bank is seen at once, though search lags")
  func authenticated() async throws {
    try await stripe.set(lag: 60)
    let processor = try stripe.processor(returnPage: "https://example.com/back")
    let waiting = try await processor.createCharge(.tenDollars(stripe.cards.authenticating.secret))
    try await stripe.act("authenticate", waiting.id)
    #expect(try await processor.findCharge(key: "k1")?.status == .paid)
    #expect(try await processor.cancelCharge(key: "k1")?.status == .paid)
  }

  @Test("accounts without search work")
  func withoutSearch() async throws {
    try await stripe.set(hasSearch: false)
    let charge = try await stripe.processor().createCharge(.tenDollars())
    let processor = try stripe.processor()
    #expect(try await processor.findCharge(key: "k1") == charge)
    let nothing = try await processor.findCharge(key: "none")
    #expect(nothing == nil)
    let first = try await processor.attachCard(.visa(key: "a1")).token.secret
    let second = try await stripe.processor().attachCard(.visa(key: "a2")).token.secret
    #expect(first.split(separator: ":")[0] == second.split(separator: ":")[0])
  }

  @Test("a refund is looked for among those of its charge")
  func refunds() async throws {
    let processor = try stripe.processor()
    let charge = try await processor.createCharge(.tenDollars())
    let refund = try await processor.refundCharge(.fiveDollars(of: charge))
    #expect(try await processor.findRefund(key: "f1", chargeID: charge.id) == refund)
    #expect(try await processor.findRefund(key: "F1", chargeID: charge.id) == nil)
    let lists = try await stripe.asked("GET /v1/refunds")
    #expect(lists.allSatisfy { $0.path.contains("payment_intent=\(charge.id)") })
  }
}
