import CreditsClient
import Foundation
import Testing

import struct Ledger.PaymentMethodToken

@Suite("creditsd with credits-stripe", .enabled(if: StandInStripe.isAvailable, StandInStripe.absence))
struct DaemonTests {
  /// Whether processes may be started without a network (unshare(1)), which some systems do not allow.
  private static let canUnshare = { () -> Bool in
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/unshare")
    process.arguments = ["--net", "true"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  private let billing = BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1S 4BS")

  private func details(_ token: String) -> PaymentDetails { PaymentDetails(token: token, billing: billing) }

  @Test("saves, recharges, declines, changes cards, refunds and takes events, once despite faults, without a network")
  func recharges() async throws {
    let stripe = try StandInStripe()
    let processor = try StripeProcess(base: stripe.base)
    let daemon = try Daemon(processor: processor, withoutNetwork: Self.canUnshare)
    let credits = try await CreditsClient.connect(socketPath: daemon.socketPath, waitsForServer: true)
    _ = try await credits.wallet.create("ada", idempotencyKey: "k1")
    let saved = try await credits.paymentMethod.save("ada", details("pm_card_visa"), idempotencyKey: "k2")
    #expect(saved.brand == "visa" && saved.last4 == "4242")
    #expect(try await credits.recharge.pay("ada", .dollars(25), idempotencyKey: "k3").recharge.state == .paid)

    let declined = try await credits.paymentMethod.changeCardAndPay(
      "ada",
      .dollars(10),
      with: details("pm_card_chargeCustomerFail"),
      idempotencyKey: "k4"
    )
    #expect(declined.recharge.state == .declined && declined.recharge.declineCode == "generic_decline")
    #expect(try await credits.paymentMethod.get("ada") == saved)

    let changed = try await credits.paymentMethod.changeCardAndPay(
      "ada",
      .dollars(10),
      with: details(stripe.cards.mastercard.secret),
      idempotencyKey: "k5"
    )
    #expect(changed.recharge.state == .paid && changed.wallet.available == .dollars(35))
    #expect(try await credits.paymentMethod.get("ada").last4 == "4444")

    // The answer is lost twice, then Stripe is busy. The first attempt already made the charge.
    try await stripe.meet([.reset(effect: true), .status(503, effect: true), .status(429, effect: false)])
    var state = Recharge.State.processing
    while state == .processing {
      state = try await credits.recharge.pay("ada", .dollars(50), idempotencyKey: "k6").recharge.state
    }
    #expect(state == .paid)
    #expect(try await credits.wallet.get("ada").available == .dollars(85))

    // The answer to a refund is lost, too.
    try await stripe.meet([.reset(effect: true)])
    var refund = RechargeRefund.State.processing
    while refund == .processing {
      let id = changed.recharge.rechargeID
      refund = try await credits.recharge.refund(id, .dollars(5), idempotencyKey: "k7").refund.state
    }
    #expect(refund == .refunded)
    #expect(try await credits.wallet.get("ada").available == .dollars(80))

    // Stripe's signed events do not change what is already known.
    var reported: Set<String> = []
    while !reported.contains(changed.recharge.rechargeID) {
      let event = try await stripe.event()
      if let id = try await credits.paymentMethod.ingest(Array(event.payload.utf8), signature: event.signature) {
        reported.insert(id)
      }
      do {
        _ = try await credits.paymentMethod.ingest(Array(event.payload.utf8) + [32], signature: event.signature)
        Issue.record("an event was taken that Stripe has not signed")
      } catch let error as CreditsError where error.reason == .fieldInvalid {}
    }
    #expect(try await credits.wallet.get("ada").available == .dollars(80))
    let cards = try await credits.paymentMethod.list("ada").paymentMethods
    #expect(cards.map(\.last4) == ["4444"])
    _ = try await credits.paymentMethod.remove("ada", cards[0].paymentMethodID, idempotencyKey: "k8")

    let asked = try await stripe.asked()
    for request in asked { print(request.method, request.path, request.key == nil ? "" : "with a key") }
    let charges = asked.filter { $0.method == "POST" && $0.path == "/v1/payment_intents" }
    #expect(Set(charges.map(\.key)).count == 4)
    // The replaced and the removed card; the worker may still be detaching the second.
    #expect(asked.contains { $0.method == "POST" && $0.path.hasSuffix("/detach") })
    let refunds = asked.filter { $0.method == "POST" && $0.path == "/v1/refunds" }
    #expect(Set(refunds.map(\.key)).count == 1)
    await credits.close()
    #expect(daemon.stop() == 0)
    #expect(!processor.stop().contains("canary"))
  }

  @Test("runs the story, even without a network")
  func story() throws {
    let stripe = try StandInStripe()
    let processor = try StripeProcess(base: stripe.base)
    let program = StripeProcess.program("credits-story")
    let story = Process()
    let output = Pipe()
    story.executableURL = Self.canUnshare ? URL(filePath: "/usr/bin/unshare") : program
    story.arguments = Self.canUnshare ? ["--net", program.path] : []
    // Pass the processor to the `creditsd` that the story starts.
    story.environment = ProcessInfo.processInfo.environment.merging(
      ["CREDITS_PROCESSOR": "unix:\(processor.socketPath)"]
    ) { $1 }
    story.standardInput = FileHandle.nullDevice
    story.standardOutput = output
    try story.run()
    var text = ""
    while !text.contains("Ctrl-C ends it.") {
      let data = output.fileHandleForReading.availableData
      if data.isEmpty { break }
      text += String(decoding: data, as: UTF8.self)
    }
    print(text)
    #expect(text.contains("the card is now mastercard •••• 4444"))
    #expect(text.contains("RECHARGE_PAID: $26.840767 available"))
    #expect(text.contains("the card was declined once, last with generic_decline"))
    #expect(text.contains("RECHARGE_PAID: $31.00 available"))
    kill(story.processIdentifier, SIGINT)
    story.waitUntilExit()
    #expect(story.terminationStatus == 0)
    withExtendedLifetime(stripe) {}
  }
}
