import Foundation
import Ledger
import PaymentProcessing
import SimulatedProcessor
import Synchronization
import Testing

@Suite("The simulated processor")
struct SimulatedProcessorTests {
  /// A file that is removed after the test.
  final class File: Sendable {
    let path = FileManager.default.temporaryDirectory.appending(path: "charges-\(UUID().uuidString)").path
    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  let file = File()

  func request(_ token: String, key: String = "k", dollars: Int64 = 10) -> ChargeRequest {
    ChargeRequest(
      key: key,
      rechargeID: RechargeID("r-\(key)"),
      walletID: WalletID("w"),
      amount: Money(micros: dollars * Money.microsPerUnit, currency: .usd),
      token: PaymentMethodToken(token)
    )
  }

  @Test(
    "knows the test cards by name",
    arguments: [
      ("pm_card_visa", "visa", "4242", ChargeResult.Status.paid),
      ("pm_card_mastercard", "mastercard", "4444", .paid),
      ("pm_card_visa_chargeDeclined", "visa", "0002", .declined(code: "generic_decline")),
      ("pm_card_chargeDeclinedInsufficientFunds", "visa", "9995", .declined(code: "insufficient_funds")),
      ("pm_card_chargeDeclinedExpiredCard", "visa", "0069", .declined(code: "expired_card")),
    ]
  )
  func cards(token: String, brand: String, last4: String, status: ChargeResult.Status) async throws {
    let processor = try SimulatedProcessor(path: file.path)
    let card = try await processor.describeCard(PaymentMethodToken(token))
    #expect(card.brand == brand)
    #expect(card.last4 == last4)
    let charge = try await processor.createCharge(request(token))
    #expect(charge.status == status)
    #expect(charge.rechargeID == RechargeID("r-k"))
    #expect(charge.amount == Money(micros: 10_000_000, currency: .usd))
  }

  @Test("declines to save the cards that it declines to charge")
  func verify() async throws {
    let processor = try SimulatedProcessor(path: file.path)
    await #expect(throws: ProcessorFailure.cardDeclined(code: "expired_card")) {
      try await processor.verifyCard(PaymentMethodToken("pm_card_chargeDeclinedExpiredCard"))
    }
    #expect(try await processor.verifyCard(PaymentMethodToken("pm_card_visa")).last4 == "4242")
    await #expect(throws: ProcessorFailure.unknownToken) {
      try await processor.verifyCard(PaymentMethodToken("pm_none"))
    }
  }

  @Test("makes one charge per key, across restarts, and refuses another use of the key")
  func keys() async throws {
    var first: ChargeResult?
    do {
      let processor = try SimulatedProcessor(path: file.path)
      first = try await processor.createCharge(request("pm_card_visa"))
      #expect(try await processor.createCharge(request("pm_card_visa")) == first)
    }
    let processor = try SimulatedProcessor(path: file.path)
    #expect(try await processor.createCharge(request("pm_card_visa")) == first)
    #expect(try await processor.findCharge(key: "k") == first)
    #expect(processor.paidCharges == 1)
    for other in [request("pm_card_visa", dollars: 11), request("pm_card_mastercard")] {
      await #expect(throws: ProcessorFailure.rejected("the key was used for another charge")) {
        try await processor.createCharge(other)
      }
    }
    #expect(try await processor.createCharge(request("pm_card_visa", key: "k2")) != first)
  }

  @Test(
    "times out with or without the effect, once",
    arguments: [
      ("pm_sim_timeOutBeforeEffect", 0), ("pm_sim_timeOutAfterEffect", 1), ("pm_sim_serverError", 0),
      ("pm_sim_rateLimited", 0),
    ]
  )
  func faults(token: String, effects: Int) async throws {
    let processor = try SimulatedProcessor(path: file.path)
    await #expect(throws: ProcessorFailure.self) { try await processor.createCharge(request(token)) }
    #expect(processor.paidCharges == effects)
    #expect((try await processor.findCharge(key: "k") != nil) == (effects == 1))
    #expect(try await processor.createCharge(request(token)).status == .paid)
    #expect(processor.paidCharges == 1)
  }

  @Test("waits until a charge is authenticated or cancelled, which is final")
  func authentication() async throws {
    let processor = try SimulatedProcessor(path: file.path)
    for key in ["a", "b"] {
      let charge = try await processor.createCharge(request("pm_card_authenticationRequired", key: key))
      guard case .authenticationRequired(let url) = charge.status else { return #expect(Bool(false), "\(charge)") }
      #expect(url.hasPrefix("https://"))
    }
    #expect(processor.paidCharges == 0)
    try processor.authenticateCardholder(key: "a")
    #expect(try await processor.cancelCharge(key: "a")?.status == .paid)
    #expect(try await processor.cancelCharge(key: "b")?.status == .cancelled)
    try processor.authenticateCardholder(key: "b")
    #expect(try await processor.findCharge(key: "b")?.status == .cancelled)
    #expect(try await processor.cancelCharge(key: "none") == nil)
  }

  @Test("drops a line that a crash cut short, and only that", arguments: 1...40)
  func torn(cut: Int) async throws {
    do {
      let processor = try SimulatedProcessor(path: file.path)
      _ = try await processor.createCharge(request("pm_card_visa", key: "whole\twith%\n"))
      _ = try await processor.createCharge(request("pm_card_visa", key: "torn"))
    }
    let data = try Data(contentsOf: URL(filePath: file.path))
    try data.dropLast(cut).write(to: URL(filePath: file.path))
    let processor = try SimulatedProcessor(path: file.path)
    #expect(try await processor.findCharge(key: "whole\twith%\n") != nil)
    #expect(try await processor.findCharge(key: "torn") == nil)
    #expect(try await processor.createCharge(request("pm_card_visa", key: "torn")).status == .paid)
  }

  @Test("gives no name twice, even if its books are lost")
  func names() async throws {
    var names: [String] = []
    for _ in 0..<3 {
      let events = Mutex<[SignedEvent]>([])
      let processor = try SimulatedProcessor(path: file.path, sends: { event in events.withLock { $0.append(event) } })
      let card = AttachRequest(
        key: "a",
        walletID: WalletID("w"),
        token: PaymentMethodToken("pm_card_visa"),
        billing: BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1S 4BS")
      )
      names.append(try await processor.attachCard(card).token.secret)
      let charge = try await processor.createCharge(request("pm_card_visa"))
      let disputed = try await processor.createCharge(request("pm_sim_disputeWon", key: "d"))
      names += [charge.id, disputed.id, try #require(processor.disputes.first).id.value]
      let refund = RefundRequest(
        key: "r",
        chargeID: charge.id,
        rechargeID: charge.rechargeID,
        amount: Money(micros: 1_000_000, currency: .usd)
      )
      names.append(try await processor.refundCharge(refund).id)
      for event in events.withLock({ $0 }) {
        names.append(try await processor.parseEvent(payload: event.payload, signature: event.signature).id)
      }
      processor.close()
      try FileManager.default.removeItem(atPath: file.path)
    }
    #expect(Set(names).count == names.count)
    #expect(names.count > 30)
    // The ledger refuses a token with digits that may be a card number.
    #expect(names.allSatisfy { $0.split(separator: "_")[2].allSatisfy(\.isLetter) })
  }

  @Test("never shares its file")
  func lock() throws {
    let first = try SimulatedProcessor(path: file.path)
    #expect(throws: (any Error).self) { try SimulatedProcessor(path: file.path) }
    #expect(first.paidCharges == 0)
  }
}
