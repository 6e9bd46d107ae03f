import CreditsClient
import PaymentProcessing
import ProcessorRPC
import Testing

import struct Ledger.ProcessorAccount
import enum Ledger.ProcessorFailure

@Suite("credits-stripe started again with another key", .enabled(if: StandInStripe.isAvailable, StandInStripe.absence))
struct AccountTests {
  /// Keys of the other mode, and of another account in the same mode.
  static let otherKeys = ["sk_live_canary", "sk_test_other"]

  private let stripe: StandInStripe

  init() throws { stripe = try StandInStripe() }

  @Test("asks Stripe only whose key it is, and logs once what it refuses", arguments: otherKeys)
  func refuses(key: String) async throws {
    let process = try StripeProcess(base: stripe.base, key: key)
    let remote = try await RemoteProcessor.connected(to: process)
    let bound = remote.bound(to: ProcessorAccount(id: "acct_test", isLive: false))
    for _ in 1...2 {
      let failure = await #expect(throws: ProcessorFailure.self) { try await bound.createCharge(.tenDollars()) }
      guard case .outcomeUnknown = failure else {
        Issue.record("a definite answer of another account: \(failure as Any)")
        return
      }
    }
    #expect(Set(try await stripe.asked().map { "\($0.method) \($0.path)" }) == ["GET /v1/account"])
    await remote.close()
    let log = process.stop()
    #expect(log.components(separatedBy: "refused calls of a ledger").count == 2)
    #expect(log.contains("acct_test (test)"))
  }

  @Test("charges nobody, and the ledger's recharge waits until the account's key is back", arguments: otherKeys)
  func holdsOff(key: String) async throws {
    var process = try StripeProcess(base: stripe.base)
    let daemon = try Daemon(processor: process, withoutNetwork: false)
    let credits = try await CreditsClient.connect(socketPath: daemon.socketPath, waitsForServer: true)
    _ = try await credits.wallet.create("ada", idempotencyKey: "k1")
    let billing = BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1S 4BS")
    let details = PaymentDetails(token: "pm_card_visa", billing: billing)
    _ = try await credits.paymentMethod.save("ada", details, idempotencyKey: "k2")
    #expect(try await credits.recharge.pay("ada", .dollars(25), idempotencyKey: "k3").recharge.state == .paid)
    let sent = try await stripe.asked("POST").count

    _ = process.stop()
    process = try await restarted(process, key: key)
    let recharge = try await credits.recharge.pay("ada", .dollars(10), idempotencyKey: "k4", timeout: .seconds(4))
      .recharge
    #expect(recharge.state == .processing)
    #expect(try await stripe.asked("POST").count == sent)

    _ = process.stop()
    process = try await restarted(process, key: "sk_test_canary")
    var state = recharge.state
    while state == .processing { state = try await credits.recharge.complete(recharge.rechargeID).recharge.state }
    #expect(state == .paid)
    #expect(try await credits.wallet.get("ada").available == .dollars(35))
    #expect(try await stripe.asked("POST /v1/payment_intents").count == 2)
    await credits.close()
    #expect(daemon.stop() == 0)
    withExtendedLifetime(process) {}
  }

  /// Starts a process on the socket of one that has ended, and waits until it serves.
  private func restarted(_ ended: StripeProcess, key: String) async throws -> StripeProcess {
    let process = try StripeProcess(base: stripe.base, key: key, after: ended)
    await (try await RemoteProcessor.connected(to: process)).close()
    return process
  }
}
