import Ledger
import PaymentProcessing
import StripeProcessor
import Testing

@Suite("What counts as Stripe's word", .enabled(if: StandInStripe.isAvailable, StandInStripe.absence))
struct CertaintyTests {
  private let stripe: StandInStripe

  init() throws { stripe = try StandInStripe() }

  private func failure(of body: () async throws -> Void) async -> ProcessorFailure? {
    do {
      try await body()
      return nil
    } catch {
      return error as? ProcessorFailure
    }
  }

  private static func isUnknown(_ failure: ProcessorFailure?) -> Bool {
    if case .outcomeUnknown = failure { true } else { false }
  }

  @Test("a proxy's page is no refusal, whatever its status", arguments: [400, 401, 402, 403, 404])
  func pages(status: Int) async throws {
    let processor = try stripe.processor()
    // The charge is made, but a proxy answers.
    try await stripe.meet([.html(status, effect: true)])
    #expect(Self.isUnknown(await failure { _ = try await processor.createCharge(.tenDollars()) }))
    let charge = try await processor.createCharge(.tenDollars())
    #expect(charge.status == .paid)

    try await stripe.meet([.html(status, effect: true)])
    #expect(Self.isUnknown(await failure { _ = try await processor.refundCharge(.fiveDollars(of: charge)) }))
    #expect(try await processor.findRefund(key: "f1", chargeID: charge.id)?.status == .refunded)

    try await stripe.meet([.html(status)])
    #expect(Self.isUnknown(await failure { _ = try await processor.findCharge(id: charge.id) }))
  }

  @Test("an error object of Stripe counts only with a type and a status that fit")
  func types() async throws {
    let processor = try stripe.processor()
    let cases: [(Int, String, ProcessorFailure)] = [
      (400, "invalid_request_error", .rejected("Stripe refuses the request: some_code")),
      (404, "invalid_request_error", .rejected("Stripe refuses the request: some_code")),
      (400, "idempotency_error", .outcomeUnknown("the key was used for another request, which is not found")),
      (400, "api_error", .outcomeUnknown("Stripe answered 400")),
      (402, "invalid_request_error", .outcomeUnknown("Stripe answered 402")),
      (400, "card_error", .outcomeUnknown("Stripe answered 400")),
      (402, "card_error", .outcomeUnknown("Stripe declines a charge that it does not show")),
      (401, "invalid_request_error", .outcomeUnknown("Stripe refuses the API key")),
      (403, "invalid_request_error", .outcomeUnknown("Stripe refuses the API key")),
      (418, "invalid_request_error", .outcomeUnknown("Stripe answered 418")),
    ]
    for (status, type, expected) in cases {
      try await stripe.meet([.status(status, error: ["type": type, "code": "some_code"])])
      #expect(await failure { _ = try await processor.createCharge(.tenDollars()) } == expected, "\(status) \(type)")
    }
    try await stripe.meet([.status(400, error: ["type": "invalid_request_error", "code": "resource_missing"])])
    #expect(await failure { _ = try await processor.createCharge(.tenDollars()) } == .unknownToken)
  }

  @Test("a key that was used for the same charge with other words is the same charge")
  func otherWords() async throws {
    let before = try stripe.processor()
    let card = try await before.attachCard(.visa()).token.secret
    let charge = try await before.createCharge(.tenDollars(card))
    let after = try stripe.processor(texts: try ChargeTexts(description: "Phone credits", statementSuffix: "CREDITS"))
    #expect(try await after.createCharge(.tenDollars(card)) == charge)
    var other = ChargeRequest.tenDollars(card)
    other.rechargeID = RechargeID("r2")
    await #expect(throws: ProcessorFailure.rejected("the key was used for another request")) {
      try await after.createCharge(other)
    }
  }

  @Test("an object of another mode than the key's is an unknown outcome")
  func modes() async throws {
    let processor = try stripe.processor(key: "sk_live_canary")
    let live = try await processor.createCharge(.tenDollars())
    #expect(live.status == .paid)
    #expect(try await processor.describeAccount() == ProcessorAccount(id: "acct_live", isLive: true))
    // As if a proxy led to another account: its objects are those of test mode.
    try await stripe.act("__setattr__", "livemode", false, live: true)
    for request in [ChargeRequest.tenDollars(key: "k2")] {
      #expect(Self.isUnknown(await failure { _ = try await processor.createCharge(request) }))
    }
    let card = PaymentMethodToken("pm_card_visa")
    #expect(Self.isUnknown(await failure { _ = try await processor.describeCard(card) }))
    #expect(Self.isUnknown(await failure { _ = try await processor.attachCard(.visa()) }))
  }
}
