import Foundation
import Ledger
import PaymentProcessing
import ProcessorRPC
import StripeProcessor
import Testing

@Suite("The secrets of credits-stripe")
struct SecretTests {
  @Test(
    "appear in no error and no output, even if Stripe repeats them",
    .enabled(if: StandInStripe.isAvailable, StandInStripe.absence)
  )
  func canaries() async throws {
    let stripe = try StandInStripe()
    let process = try StripeProcess(base: stripe.base)
    let remote = try await RemoteProcessor.connected(to: process)
    var texts: [String] = []
    func collect(_ body: () async throws -> Void) async {
      do {
        try await body()
        Issue.record("there was an answer")
      } catch {
        texts.append("\(error) \(String(reflecting: error))")
      }
    }
    let token = PaymentMethodToken("pm_canary")
    let billing = BillingDetails(name: "canary", email: "canary@example.com", country: "GB", postalCode: "canary")
    for status in [400, 401, 402, 403, 404, 418] {
      try await stripe.meet(Array(repeating: .status(status, effect: false), count: 20))
      await collect { _ = try await remote.createCharge(.tenDollars("pm_canary", key: "key-canary")) }
      await collect { _ = try await remote.describeCard(token) }
      await collect {
        let request = AttachRequest(key: "key-canary", walletID: WalletID("w"), token: token, billing: billing)
        _ = try await remote.attachCard(request)
      }
      let money = Money(micros: 10_000, currency: .usd)
      let refund = RefundRequest(key: "key-canary", chargeID: "pi_1", rechargeID: RechargeID("r"), amount: money)
      await collect { _ = try await remote.refundCharge(refund) }
      await collect { _ = try await remote.parseEvent(payload: Array("canary".utf8), signature: "canary") }
    }
    #expect(texts.count == 30)
    #expect(texts.filter { $0.contains("canary") }.isEmpty)
    #expect(try await stripe.asked().contains { $0.authorization == "Bearer sk_test_canary" })
    await remote.close()
    let written = process.stop()
    #expect(written.contains("serving") && !written.contains("canary"))
    #expect(written.contains("acct_test"))
    #expect("\(StripeSecret("canary"))\(String(reflecting: StripeSecret("canary")))".contains("canary") == false)
  }

  @Test(
    "are tried at start, which says in the log what is wrong",
    .enabled(if: StandInStripe.isAvailable, StandInStripe.absence)
  )
  func wrongKey() async throws {
    let stripe = try StandInStripe()
    let process = try StripeProcess(base: stripe.base, key: "sk_test_wrongCanary")
    let remote = try await RemoteProcessor.connected(to: process)
    await #expect(throws: ProcessorFailure.outcomeUnknown("UNAVAILABLE: Stripe refuses the API key")) {
      try await remote.describeAccount()
    }
    await remote.close()
    let written = process.stop()
    #expect(written.contains("Stripe refuses the API key") && !written.contains("anary"))
  }

  @Test(
    "are sent through no proxy of the environment in clear",
    .enabled(if: StandInStripe.isAvailable, StandInStripe.absence)
  )
  func proxies() async throws {
    let stripe = try StandInStripe()
    let nowhere = "http://127.0.0.1:1"
    let process = try StripeProcess(
      base: stripe.base,
      environment: ["http_proxy": nowhere, "all_proxy": nowhere, "ALL_PROXY": nowhere, "no_proxy": ""]
    )
    let remote = try await RemoteProcessor.connected(to: process)
    #expect(try await remote.describeAccount() == ProcessorAccount(id: "acct_test", isLive: false))
    await remote.close()
    _ = process.stop()
  }

  @Test("come from systemd's credentials too", .enabled(if: StandInStripe.isAvailable, StandInStripe.absence))
  func credentials() async throws {
    let stripe = try StandInStripe()
    let files = try StripeProcess(base: stripe.base)
    _ = try files.write("sk_test_canary", to: "stripe-key")
    let socket = files.directory.path + "/two/stripe.sock"
    let process = try StripeProcess(
      base: stripe.base,
      arguments: ["--socket", socket, "--api-base", stripe.base],
      environment: ["CREDENTIALS_DIRECTORY": files.directory.path]
    )
    let remote = RemoteProcessor(socketPath: socket, userID: getuid())
    var card: Card?
    while process.process.isRunning, card == nil {
      card = try? await remote.describeCard(PaymentMethodToken("pm_card_visa"))
    }
    #expect(card?.last4 == "4242")
    await remote.close()
    #expect(!process.stop().contains("canary"))
  }

  @Test("are refused if others can read them, and never taken from the environment")
  func files() throws {
    let files = try StripeProcess(base: "", arguments: ["--help"])
    let socket = files.directory.path + "/s"
    let pipe = files.directory.path + "/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    let cases: [(arguments: [String], complaint: String)] = [
      ([], "no secret key"),
      (["--key-file", files.directory.path + "/none"], "cannot be opened"),
      (["--key-file", pipe], "not a regular file"),
      (["--key-file", "/dev/zero"], "not a regular file"),
      (["--key-file", try files.write(String(repeating: "s", count: 100_000), to: "long")], "too long"),
      (["--key-file", try files.write("pk_test_canary", to: "publishable")], "publishable"),
      (["--key-file", try files.write("whsec_canary", to: "whsec")], "webhook's secret"),
      (["--key-file", try files.write("canary", to: "nothing")], "none of Stripe's"),
      (
        [
          "--key-file", try files.write("sk_test_canary", to: "good"), "--webhook-secret-file",
          files.directory.path + "/good",
        ],
        "begins with whsec_"
      ),
      (["--key-file", try files.write("sk_canary", to: "open", mode: 0o644)], "chmod 600"),
      (["--key-file", try files.write("", to: "empty")], "one secret on one line"),
      (["--key-file", try files.write("sk_test_canary\nsk_test_canary\n", to: "two")], "one secret on one line"),
      (["--key-file", try files.write("sk_test_canary", to: "key"), "--api-base", "http://example.com"], "https://"),
      (["--key-file", files.directory.path + "/key", "--return-url", "http://example.com"], "https://"),
      (["--key-file", files.directory.path + "/key", "--return-url", "https://"], "https://"),
      (["--key-file", files.directory.path + "/key", "--statement-descriptor-suffix", "*"], "suffix"),
      (["--key", "sk_canary"], "Unknown option"),
    ]
    for (arguments, complaint) in cases {
      let process = try StripeProcess(
        base: "",
        arguments: ["--socket", socket] + arguments,
        environment: ["STRIPE_KEY": "sk_canary", "STRIPE_SECRET_KEY": "sk_canary", "STRIPE_API_KEY": "sk_canary"]
      )
      let text = process.text()
      #expect(text.contains(complaint), "\(arguments): \(text)")
      #expect(!text.contains("canary") || arguments.first == "--key")
      #expect(process.process.terminationStatus != 0)
    }
  }
}
