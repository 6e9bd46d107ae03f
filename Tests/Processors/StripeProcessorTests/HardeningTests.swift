import Foundation
import Ledger
import Logging
import PaymentProcessing
import StripeProcessor
import Synchronization
import Testing

@Suite("What is sent to Stripe, and how much", .enabled(if: StandInStripe.isAvailable, StandInStripe.absence))
struct HardeningTests {
  private let stripe: StandInStripe

  init() throws { stripe = try StandInStripe() }

  @Test(
    "a key or a value that would not arrive as it is is refused before anything is sent",
    arguments: ["k\r\nX-Injected: 1", "k\n", "k\u{0}", "k 1", "k\u{7F}", "ké"]
  )
  func keys(key: String) async throws {
    let processor = try stripe.processor()
    await #expect(throws: ProcessorFailure.rejected("the idempotency key has other characters than printable ASCII")) {
      try await processor.createCharge(.tenDollars(key: key))
    }
    var request = ChargeRequest.tenDollars()
    request.walletID = WalletID("w\r\n1")
    await #expect(throws: ProcessorFailure.rejected("the value of metadata[wallet_id] has a control character")) {
      try await processor.createCharge(request)
    }
    #expect(try await stripe.asked().isEmpty)
  }

  @Test(
    "an e-mail address that Stripe would refuse is refused before the card is attached",
    arguments: [
      "", "ada", "ada@", "@example.com", "ada@example", "a b@example.com", "ada@example..com", "ada@@example.com",
    ]
  )
  func emails(address: String) async throws {
    let processor = try stripe.processor()
    await #expect(throws: ProcessorFailure.rejected("the e-mail address is none")) {
      try await processor.attachCard(.visa(email: address))
    }
    #expect(try await stripe.asked().isEmpty)
  }

  @Test("a card whose details Stripe refuses does not stay attached")
  func details() async throws {
    let processor = try stripe.processor()
    var request = AttachRequest.visa()
    request.billing.country = "Nowhere"
    await #expect(throws: ProcessorFailure.rejected("Stripe refuses the request: country_unsupported")) {
      try await processor.attachCard(request)
    }
    #expect(try await stripe.asked().last?.path.hasSuffix("/detach") == true)
  }

  @Test("an answer without end is cut off, and is an unknown outcome")
  func huge() async throws {
    var timing = StripeProcessor.Timing()
    (timing.effect, timing.firstPause) = (.seconds(2), .seconds(60))
    let processor = try stripe.processor(timing)
    try await stripe.meet([.huge])
    await #expect(
      throws: ProcessorFailure.outcomeUnknown("an answer from Stripe's address is longer than any of Stripe's")
    ) {
      try await processor.createCharge(.tenDollars())
    }
  }

  @Test("all steps of a call share one time limit")
  func budget() async throws {
    var timing = StripeProcessor.Timing()
    (timing.effect, timing.lookup, timing.firstPause) = (.milliseconds(600), .milliseconds(600), .milliseconds(1))
    let processor = try stripe.processor(timing)
    try await stripe.meet(Array(repeating: .slow(seconds: 0.25), count: 5))
    let start = ContinuousClock.now
    await #expect(throws: ProcessorFailure.outcomeUnknown("Stripe did not answer in time")) {
      try await processor.attachCard(.visa())
    }
    #expect(ContinuousClock.now - start < .milliseconds(1100))
  }

  @Test("requests leave at Stripe's pace, whoever makes them")
  func pace() async throws {
    var timing = StripeProcessor.Timing()
    (timing.lookup, timing.requestsPerSecond) = (.seconds(20), 20)
    let processor = try stripe.processor(timing)
    await withTaskGroup(of: Void.self) { group in
      for number in 1...60 { group.addTask { _ = try? await processor.findCharge(id: "pi_\(number)") } }
    }
    let times = try await stripe.asked().map(\.time).sorted()
    #expect(times.count == 60)
    // After a burst of 20, one leaves each 50 ms.
    #expect(try #require(times.last) - times[0] > 1.8)
  }

  @Test("a wait that Stripe asks for holds for later calls, which fail at once if they cannot wait as long")
  func waits() async throws {
    let processor = try stripe.processor()
    try await stripe.meet([.status(429, headers: ["Retry-After": "120"])])
    for _ in 1...3 {
      await #expect(throws: ProcessorFailure.self) { try await processor.createCharge(.tenDollars()) }
    }
    #expect(try await stripe.asked().count == 1)
  }

  @Test("receipts and statements say what they are told to")
  func texts() async throws {
    let texts = try ChargeTexts(sendsReceipts: true, description: "Phone credits", statementSuffix: "CREDITS")
    let processor = try stripe.processor(texts: texts)
    var request = ChargeRequest.tenDollars()
    request.billing = AttachRequest.visa().billing
    #expect(try await processor.createCharge(request).status == .paid)
    let sent = try #require(try await stripe.asked("POST /v1/payment_intents").first)
    let expected: Set<Substring> = [
      "receipt_email=ada%40example.com", "description=Phone%20credits", "statement_descriptor_suffix=CREDITS",
    ]
    #expect(sent.fields.isSuperset(of: expected))
    for suffix in ["", "123", "A*B", String(repeating: "A", count: 21), "A\nB"] {
      #expect(throws: ChargeTexts.InvalidText.self) { try ChargeTexts(statementSuffix: suffix) }
    }
  }

  @Test(
    "only secret keys are keys, and only webhooks' secrets are theirs",
    arguments: ["pk_test_1", "pk_live_1", "whsec_1", "acct_1", "", "sk_1", "SK_TEST_1"]
  )
  func secrets(text: String) throws {
    #expect(throws: StripeKey.InvalidKey.self) { try StripeKey(StripeSecret(text)) }
    if !text.hasPrefix("whsec_") {
      #expect(throws: StripeKey.InvalidKey.self) { try WebhookSecret(StripeSecret(text)) }
    }
    #expect(try StripeKey(StripeSecret("rk_live_1")).isLive && !StripeKey(StripeSecret("sk_test_1")).isLive)
  }

  @Test("each refusal is logged once, with Stripe's code and name for the request, and without a secret")
  func log() async throws {
    let lines = LoggedLines()
    var timing = StripeProcessor.Timing()
    timing.firstPause = .milliseconds(1)
    let processor = StripeProcessor(
      address: try StripeAddress(stripe.base),
      key: try StripeKey(StripeSecret("sk_test_canary")),
      timing: timing,
      logger: Logger(label: "test", factory: { _ in lines })
    )
    for _ in 1...3 {
      let request = ChargeRequest.tenDollars("pm_nobodyCanary")
      await #expect(throws: ProcessorFailure.unknownToken) { try await processor.createCharge(request) }
    }
    _ = try await processor.findCharge(id: "pi_nothing")
    #expect(lines.texts.count == 1)
    let line = try #require(lines.texts.first)
    #expect(line.contains("resource_missing") && line.contains("req_1") && line.contains("POST payment_intents"))
    #expect(!line.contains("anary"))
  }
}

/// Keeps what is logged.
private final class LoggedLines: LogHandler {
  private let lines = Mutex<[String]>([])
  var texts: [String] { lines.withLock { $0 } }

  var logLevel: Logger.Level {
    get { .trace }
    set {}
  }

  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }

  func log(event: LogEvent) {
    lines.withLock { $0.append("\(event.level) \(event.message) \(event.metadata ?? [:])") }
  }
}
