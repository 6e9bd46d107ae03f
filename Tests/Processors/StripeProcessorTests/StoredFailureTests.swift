import Ledger
import PaymentProcessing
import StripeProcessor
import Testing

@Suite("Failures that Stripe stores for a key", .enabled(if: StandInStripe.isAvailable, StandInStripe.absence))
struct StoredFailureTests {
  private static let page = "https://example.com/back"
  private let stripe: StandInStripe

  init() throws { stripe = try StandInStripe() }

  @Test("a charge's is an unknown outcome, and is not repeated in vain")
  func charge() async throws {
    let processor = try stripe.processor()
    try await stripe.meet([.stored(effect: true)])
    for _ in 1...2 {
      await #expect(throws: ProcessorFailure.outcomeUnknown("Stripe answered 500")) {
        try await processor.createCharge(.tenDollars())
      }
    }
    #expect(try await processor.findCharge(key: "k1")?.status == .paid)
    #expect(try await stripe.asked("POST /v1/payment_intents").count == 3)
  }

  @Test("a wallet's customer is made under the next number", arguments: [false, true])
  func customers(effect: Bool) async throws {
    try await stripe.meet([.stored(effect: effect).on("POST /v1/customers")])
    _ = try await stripe.processor().attachCard(.visa())
    let keys = try await stripe.asked().filter { $0.method == "POST" && $0.path == "/v1/customers" }.compactMap(\.key)
    #expect(Set(keys).count == 2)
  }

  @Test("a card is attached and set up under the next number", arguments: [false, true])
  func cards(effect: Bool) async throws {
    let processor = try stripe.processor()
    try await stripe.meet([.stored(effect: effect).on("/attach")])
    let attached = try await processor.attachCard(.visa())
    #expect(try await processor.describeCard(attached.token).last4 == "4242")
    try await stripe.meet([.stored(effect: effect).on("/setup_intents")])
    _ = try await processor.createCardSetup(CardSetupRequest(key: "s1", walletID: WalletID("w1")))
  }

  @Test("a card is detached under the next number", arguments: [false, true])
  func detaching(effect: Bool) async throws {
    let processor = try stripe.processor()
    let attached = try await processor.attachCard(.visa())
    try await stripe.meet([.stored(effect: effect).on("/detach")])
    try await processor.detachCard(attached.token)
    await #expect(throws: ProcessorFailure.unknownToken) { try await processor.describeCard(attached.token) }
    let keys = try await stripe.asked().filter { $0.path.hasSuffix("/detach") }.compactMap(\.key)
    #expect(Set(keys).count == (effect ? 1 : 2))
  }

  @Test("an authentication begins and is cancelled under the next numbers", arguments: [false, true])
  func authentication(effect: Bool) async throws {
    let processor = try stripe.processor(returnPage: Self.page)
    try await stripe.meet([.stored(effect: effect).on("/confirm")])
    let waiting = try await processor.createCharge(.tenDollars(stripe.cards.authenticating.secret))
    guard case .authenticationRequired = waiting.status else { return #expect(Bool(false), "\(waiting.status)") }
    try await stripe.meet([.stored(effect: effect).on("/cancel")])
    #expect(try await processor.cancelCharge(key: "k1")?.status == .cancelled)
  }

  @Test("a customer that was deleted at Stripe is made anew, for cards and for setups")
  func deletedCustomer() async throws {
    let processor = try stripe.processor()
    let first = try await processor.attachCard(.visa(key: "a1")).token.secret.split(separator: ":")[0]
    try await stripe.act("delete_customer", String(first))
    let second = try await processor.attachCard(.visa(key: "a2")).token.secret.split(separator: ":")[0]
    #expect(first != second)
    try await stripe.act("delete_customer", String(second))
    let restarted = try stripe.processor()
    _ = try await restarted.createCardSetup(CardSetupRequest(key: "s1", walletID: WalletID("w1")))
    let third = try await restarted.attachCard(.visa(key: "a3")).token.secret.split(separator: ":")[0]
    #expect(!["\(first)", "\(second)"].contains("\(third)"))
  }
}
