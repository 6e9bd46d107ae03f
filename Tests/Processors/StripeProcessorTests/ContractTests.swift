import Foundation
import Ledger
import PaymentProcessing
import ProcessorContract
import ProcessorRPC
import Testing

@Suite(
  "credits-stripe does what every processor has to",
  .enabled(if: StandInStripe.isAvailable, StandInStripe.absence)
)
struct ContractTests {
  /// Stripe does not contact a bank before a card is attached or charged.
  static let beyondStripe: Set<String> = ["verifies cards"]

  @Test(
    "through its socket, its process and HTTP",
    arguments: ContractClause.all.filter { !beyondStripe.contains($0.name) }
  )
  func contract(clause: ContractClause) async throws {
    let stripe = try StandInStripe()
    let (base, cards) = (stripe.base, stripe.cards)
    try await clause.check(
      ProcessorContract(cards: cards) {
        let process = try StripeProcess(base: base)
        let remote = try await RemoteProcessor.connected(to: process)
        nonisolated(unsafe) let running = process
        return OpenedProcessor(remote) {
          await remote.close()
          _ = running.stop()
        }
      }
    )
    withExtendedLifetime(stripe) {}
  }

  @Test("describes and detaches cards")
  func cards() async throws {
    let stripe = try StandInStripe()
    let processor = try stripe.processor()
    let visa = try await processor.describeCard(PaymentMethodToken("pm_card_visa"))
    #expect(visa.brand == "visa" && visa.last4 == "4242" && visa.expiryMonth == 12)
    #expect(try await processor.describeCard(stripe.cards.mastercard).last4 == "4444")
    await #expect(throws: ProcessorFailure.unknownToken) {
      try await processor.describeCard(PaymentMethodToken("pm_nobody"))
    }
    let attachment = AttachRequest(
      key: "a1",
      walletID: WalletID("w1"),
      token: stripe.cards.mastercard,
      billing: BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1")
    )
    let attached = try await processor.attachCard(attachment)
    #expect(try await processor.describeCard(attached.token).last4 == "4444")
    try await processor.detachCard(attached.token)
    try await processor.detachCard(attached.token)
    await #expect(throws: ProcessorFailure.unknownToken) { try await processor.describeCard(attached.token) }
  }
}

extension RemoteProcessor {
  /// Connects once the process serves.
  static func connected(to process: StripeProcess) async throws -> RemoteProcessor {
    let remote = RemoteProcessor(socketPath: process.socketPath, userID: getuid())
    while process.process.isRunning {
      do {
        _ = try await remote.parseEvent(payload: [], signature: "")
      } catch .signatureInvalid {
        break
      } catch {
        await Task.yield()
      }
    }
    try #require(process.process.isRunning, "it did not start")
    return remote
  }
}
