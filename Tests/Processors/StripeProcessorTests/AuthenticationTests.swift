import Ledger
import PaymentProcessing
import StripeProcessor
import Testing

@Suite("Cardholders at Stripe", .enabled(if: StandInStripe.isAvailable, StandInStripe.absence))
struct AuthenticationTests {
  private static let page = "https://example.com/back?x=1"
  private let stripe: StandInStripe

  init() throws { stripe = try StandInStripe() }

  private func address(_ charge: ChargeResult?) -> String? {
    if case .authenticationRequired(let url) = charge?.status { url } else { nil }
  }

  @Test(
    "a charge that the bank declines because its cardholder was absent can be authenticated",
    arguments: ["pm_card_authenticationRequired", "pm_card_declinedForAuthentication"]
  )
  func absent(card: String) async throws {
    let processor = try stripe.processor(returnPage: Self.page)
    let charge = try await processor.createCharge(.tenDollars(card))
    #expect(address(charge)?.hasPrefix("https://hooks.stripe.com/") == true)
    #expect(try await processor.createCharge(.tenDollars(card)) == charge)
    try await stripe.act("authenticate", charge.id)
    #expect(try await processor.findCharge(id: charge.id)?.status == .paid)
    #expect(try await processor.createCharge(.tenDollars(card)).status == .paid)
  }

  @Test("a present cardholder authenticates the first attempt, and agrees to later charges")
  func present() async throws {
    let processor = try stripe.processor(returnPage: Self.page)
    let attached = try await processor.attachCard(.visa())
    #expect(try await processor.createCharge(.tenDollars(attached.token.secret, isPresent: true)).status == .paid)
    let waiting = try await processor.createCharge(
      .tenDollars(stripe.cards.authenticating.secret, key: "k2", isPresent: true)
    )
    #expect(address(waiting)?.hasPrefix("https://hooks.stripe.com/") == true)
    #expect(try await processor.createCharge(.tenDollars(key: "k3")).status == .paid)
    let sent = try await stripe.asked().filter { $0.method == "POST" && $0.path == "/v1/payment_intents" }
    #expect(sent[0].fields.isSuperset(of: ["setup_future_usage=off_session"]))
    #expect(sent[1].body.contains("return_url="))
    #expect(sent.map { $0.fields.contains("off_session=true") } == [false, false, true])
    #expect(try await stripe.asked("POST /v1/payment_intents/").isEmpty)
  }

  @Test("a declined charge cannot be paid later by its client secret")
  func declined() async throws {
    let processor = try stripe.processor(returnPage: Self.page)
    let request = ChargeRequest.tenDollars("pm_card_chargeCustomerFail")
    let charge = try await processor.createCharge(request)
    #expect(charge.status == .declined(code: "generic_decline"))
    try await stripe.act("pay_by_client_secret", charge.id)
    #expect(try await processor.findCharge(key: "k1") == charge)
    #expect(try await processor.createCharge(request) == charge)
  }

  @Test("a declined charge that is paid before it can be cancelled is paid")
  func paidAllTheSame() async throws {
    let processor = try stripe.processor()
    let request = ChargeRequest.tenDollars("pm_card_chargeCustomerFail")
    try await stripe.meet([.status(503).on("/cancel"), .hang(effect: false).on("/cancel")])
    var timing = StripeProcessor.Timing()
    (timing.effect, timing.firstPause) = (.milliseconds(300), .milliseconds(1))
    let hasty = try stripe.processor(timing)
    await #expect(throws: ProcessorFailure.self) { try await hasty.createCharge(request) }
    let listed = try await processor.listEvents(after: nil, limit: 100).events.compactMap { event -> String? in
      if case .charge(let charge) = event.kind { charge.id } else { nil }
    }
    try await stripe.act("pay_by_client_secret", try #require(listed.first))
    #expect(try await processor.createCharge(request).status == .paid)
    #expect(try await processor.cancelCharge(key: "k1")?.status == .paid)
  }

  @Test("a failed authentication is a decline, which is final")
  func failed() async throws {
    let processor = try stripe.processor(returnPage: Self.page)
    let waiting = try await processor.createCharge(.tenDollars(stripe.cards.authenticating.secret))
    try await stripe.act("authenticate", waiting.id, false)
    let charge = try await processor.findCharge(id: waiting.id)
    #expect(charge?.status == .declined(code: "payment_intent_authentication_failure"))
    try await stripe.act("pay_by_client_secret", waiting.id)
    #expect(try await processor.findCharge(id: waiting.id) == charge)
  }

  @Test("a confirmation that Stripe refuses ends the charge")
  func refused() async throws {
    let processor = try stripe.processor(returnPage: Self.page)
    let refusal = ["type": "invalid_request_error", "code": "url_invalid", "param": "return_url"]
    try await stripe.meet([.status(400, error: refusal).on("/confirm")])
    let charge = try await processor.createCharge(.tenDollars(stripe.cards.authenticating.secret))
    #expect(charge.status == .declined(code: "authentication_required"))
    #expect(try await processor.findCharge(id: charge.id) == charge)
    #expect(try await stripe.asked().count { $0.path.hasSuffix("/confirm") } == 1)
  }

  @Test("a charge that Stripe has lost in the middle is cancelled after minutes")
  func abandoned() async throws {
    let processor = try stripe.processor()
    let charge = try await processor.createCharge(.tenDollars(stripe.cards.visa.secret))
    try await stripe.act("set_status", charge.id, "requires_confirmation")
    #expect(try await processor.findCharge(id: charge.id)?.status == .processing)
    try await stripe.act("set_created", charge.id, 121)
    #expect(try await processor.findCharge(id: charge.id)?.status == .cancelled)
  }

  @Test("the setup of a card is for the wallet's customer, and for later charges")
  func setup() async throws {
    let processor = try stripe.processor()
    let setup = try await processor.createCardSetup(CardSetupRequest(key: "s1", walletID: WalletID("w1")))
    #expect(setup.clientSecret.hasPrefix(setup.id + "_secret_"))
    let attached = try await processor.attachCard(.visa())
    let sent = try #require(try await stripe.asked("POST /v1/setup_intents").first)
    let customer = attached.token.secret.split(separator: ":")[0]
    #expect(sent.fields.isSuperset(of: ["usage=off_session", "customer=\(customer)"]))
  }

  @Test("a card that a finished setup has attached is saved, and only for its wallet")
  func afterSetup() async throws {
    let processor = try stripe.processor()
    let setup = try await processor.createCardSetup(CardSetupRequest(key: "s1", walletID: WalletID("w1")))
    let method = try #require(try await stripe.act("finish_setup", setup.id, "pm_card_visa"))
    var request = AttachRequest.visa("w1")
    request.token = PaymentMethodToken(method.id)
    let attached = try await processor.attachCard(request)
    #expect(attached.token.secret.hasSuffix(":\(method.id)"))
    #expect(try await processor.attachCard(request) == attached)
    #expect(try await processor.createCharge(.tenDollars(attached.token.secret)).status == .paid)
    (request.key, request.walletID) = ("a2", WalletID("w2"))
    await #expect(throws: ProcessorFailure.unknownToken) { try await processor.attachCard(request) }
  }

  @Test(
    "the page to return to is a complete address, or refused",
    arguments: [
      "https://", "https://?x", "https:///back", "https://example.com/a b", "https://user@example.com/",
      "https://example.com/#x", "http://example.com/", "http://127.0.0.1.example.com/", "http://localhost.example.com/",
      "https://example..com/", "https://exämple.com/", "example.com", "ftp://example.com/", "",
      "https://example.com/" + String(repeating: "x", count: 1024),
    ]
  )
  func badPages(address: String) throws {
    #expect(throws: ReturnPage.InvalidAddress.self) { try ReturnPage(address) }
  }

  @Test("the page to return to may be any site's, or this machine's")
  func goodPages() throws {
    for address in [
      "https://example.com", "https://pay.example.com:8443/back?x=1", "http://localhost:3000/", "http://127.0.0.1/",
    ] {
      _ = try ReturnPage(address)
    }
  }
}
