import Ledger
import PaymentProcessing
import StripeProcessor
import Testing

@Suite("Failures of Stripe", .enabled(if: StandInStripe.isAvailable, StandInStripe.absence))
struct TroubleTests {
  private let stripe: StandInStripe

  init() throws { stripe = try StandInStripe() }

  private func chargesMade() async throws -> Int {
    try await stripe.asked().count { $0.method == "POST" && $0.path == "/v1/payment_intents" }
  }

  @Test("a transient failure is retried under the same key, and charges once", arguments: 0..<7)
  func passing(index: Int) async throws {
    let faults: [StandInStripe.Fault] = [
      .status(429, effect: false, headers: ["Retry-After": "0"]), .status(500, effect: false),
      .status(503, effect: true), .status(409, effect: false), .reset(effect: false), .reset(effect: true),
      .html(502, effect: true),
    ]
    let processor = try stripe.processor()
    try await stripe.meet([faults[index], faults[index]])
    let charge = try await processor.createCharge(.tenDollars())
    #expect(charge.status == .paid)
    #expect(try await processor.findCharge(key: "k1") == charge)
    let sent = try await stripe.asked().filter { $0.method == "POST" }
    #expect(sent.count == 3)
    #expect(sent.allSatisfy { $0.key == "k1" && $0.body == sent[0].body })
  }

  @Test("a reused connection that breaks is retried", arguments: [false, true])
  func brokenLater(effect: Bool) async throws {
    let processor = try stripe.processor()
    _ = try await processor.describeCard(PaymentMethodToken("pm_card_visa"))
    #expect(try await processor.createCharge(.tenDollars()).status == .paid)
    try await stripe.meet([.reset(effect: effect)])
    #expect(try await processor.createCharge(.tenDollars(key: "k2")).status == .paid)
    #expect(try await chargesMade() == 3)
  }

  @Test("a failure that lasts is an unknown outcome, which the next call resolves", arguments: [false, true])
  func late(effect: Bool) async throws {
    var timing = StripeProcessor.Timing()
    timing.effect = .milliseconds(300)
    let hasty = try stripe.processor(timing)
    try await stripe.meet([.hang(effect: effect)])
    await #expect(throws: ProcessorFailure.outcomeUnknown("Stripe did not answer in time")) {
      try await hasty.createCharge(.tenDollars())
    }
    let found = try await hasty.findCharge(key: "k1")
    #expect((found != nil) == effect)
    let processor = try stripe.processor()
    let charge = try await processor.createCharge(.tenDollars())
    #expect(charge.status == .paid)
    #expect(try await processor.findCharge(key: "k1") == charge)
    #expect(try await processor.findCharge(id: charge.id) == charge)
  }

  @Test("a server that keeps failing or is missing is an unknown outcome")
  func down() async throws {
    var timing = StripeProcessor.Timing()
    (timing.effect, timing.firstPause) = (.milliseconds(200), .milliseconds(50))
    let processor = try stripe.processor(timing)
    try await stripe.meet(Array(repeating: .status(500, effect: false), count: 50))
    await #expect(throws: ProcessorFailure.outcomeUnknown("Stripe answered 500")) {
      try await processor.createCharge(.tenDollars())
    }
    let nobody = StripeProcessor(
      address: try StripeAddress("http://127.0.0.1:1"),
      key: try StripeKey(StripeSecret("sk_test_canary")),
      timing: timing
    )
    await #expect(throws: ProcessorFailure.outcomeUnknown("Stripe cannot be reached")) {
      try await nobody.createCharge(.tenDollars())
    }
  }

  @Test("a server that cannot prove to be Stripe is named")
  func stranger() async throws {
    var timing = StripeProcessor.Timing()
    (timing.effect, timing.firstPause) = (.milliseconds(500), .seconds(1))
    let stranger = StripeProcessor(
      address: try StripeAddress(stripe.base.replacing("http:", with: "https:")),
      key: try StripeKey(StripeSecret("sk_test_canary")),
      timing: timing
    )
    let reason = "the TLS connection to Stripe failed: whoever answers cannot prove to be Stripe"
    await #expect(throws: ProcessorFailure.outcomeUnknown(reason)) { try await stranger.createCharge(.tenDollars()) }
    #expect(try await stripe.asked().isEmpty)
  }

  @Test("a failure that Stripe marks as permanent is not retried")
  func hopeless() async throws {
    let processor = try stripe.processor()
    try await stripe.meet([.status(500, effect: false, headers: ["Stripe-Should-Retry": "false"])])
    await #expect(throws: ProcessorFailure.outcomeUnknown("Stripe answered 500")) {
      try await processor.createCharge(.tenDollars())
    }
    #expect(try await chargesMade() == 1)
  }

  @Test("a redirect is not followed, so that the key is not leaked")
  func redirect() async throws {
    let processor = try stripe.processor()
    let elsewhere = stripe.base + "/v1/elsewhere"
    try await stripe.meet([.status(307, effect: false, headers: ["Location": elsewhere])])
    await #expect(throws: ProcessorFailure.self) { try await processor.createCharge(.tenDollars()) }
    #expect(try await stripe.asked().allSatisfy { !$0.path.contains("elsewhere") })
  }

  @Test("a charge is requested off session, confirmed, in cents, with its metadata")
  func request() async throws {
    let processor = try stripe.processor()
    var charge = ChargeRequest.tenDollars()
    charge.walletID = WalletID("Ärger & Söhne")
    charge.amount = Money(micros: 10_010_000, currency: .usd)
    #expect(try await processor.createCharge(charge).amount == charge.amount)
    let sent = try #require(try await stripe.asked().first { $0.method == "POST" })
    let fields = Set(sent.body.split(separator: "&"))
    let expected: Set<Substring> = [
      "amount=1001", "currency=usd", "off_session=true", "confirm=true", "payment_method=pm_card_visa",
      "metadata%5Brecharge_id%5D=r1", "metadata%5Bwallet_id%5D=%C3%84rger%20%26%20S%C3%B6hne",
      "metadata%5Bidempotency_key%5D=k1",
    ]
    #expect(fields.isSuperset(of: expected))
    #expect(sent.key == "k1" && sent.authorization == "Bearer sk_test_canary")
  }

  @Test("a charge that cannot be authenticated anywhere is cancelled")
  func nowhere() async throws {
    let processor = try stripe.processor()
    for (request, status) in [
      (ChargeRequest.tenDollars(stripe.cards.authenticating.secret), .declined(code: "authentication_required")),
      (.tenDollars(stripe.cards.authenticating.secret, key: "k2", isPresent: true), .cancelled),
    ] as [(ChargeRequest, ChargeResult.Status)] {
      let charge = try await processor.createCharge(request)
      #expect(charge.status == status)
      #expect(try await processor.findCharge(key: request.key) == charge)
      #expect(try await processor.createCharge(request) == charge)
      _ = try await stripe.act("pay_by_client_secret", charge.id)
      #expect(try await processor.findCharge(key: request.key) == charge)
    }
  }

  @Test("fractions of a cent and card numbers are refused before anything is sent")
  func refusedFirst() async throws {
    let processor = try stripe.processor()
    var fraction = ChargeRequest.tenDollars()
    fraction.amount = Money(micros: 10_001_000, currency: .usd)
    for request in [fraction, .tenDollars("4242 4242 4242 4242"), .tenDollars("pm_4242424242424242")] {
      do throws(ProcessorFailure) {
        _ = try await processor.createCharge(request)
        Issue.record("it was charged")
      } catch {
        guard case .rejected(let reason) = error else { throw error }
        #expect(!reason.contains("4242"))
      }
    }
    for token in ["", "pm_1/../../v1/refunds", "pm_1?x=1", "cus_1:pm_1:pm_2", ":pm_1", "pm_ä"] {
      await #expect(throws: ProcessorFailure.unknownToken) {
        try await processor.describeCard(PaymentMethodToken(token))
      }
    }
    #expect(try await stripe.asked().isEmpty)
  }
}
