import Foundation
import Ledger
import PaymentProcessing
import SimulatedProcessor
import Testing

@Suite("What happens at a simulated processor without the ledger")
struct ActTests {
  private let file = SimulatedProcessorTests.File()

  private func request(_ token: String, key: String = "k") -> ChargeRequest {
    ChargeRequest(
      key: key,
      rechargeID: RechargeID("r"),
      walletID: WalletID("ada lovelace"),
      amount: .tenDollars,
      token: PaymentMethodToken(token)
    )
  }

  private func attached(_ processor: SimulatedProcessor, wallet: String = "ada lovelace") async throws -> CardAttachment
  {
    let request = AttachRequest(
      key: "a-\(wallet)",
      walletID: WalletID(wallet),
      token: PaymentMethodToken("pm_card_visa"),
      billing: BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1")
    )
    return try await processor.attachCard(request)
  }

  @Test("becomes events, in order, under ids that stay the same across a restart")
  func events() async throws {
    var processor = try SimulatedProcessor(path: file.path)
    let card = try await attached(processor)
    let other = try await attached(processor, wallet: "ada")
    let charge = try await processor.createCharge(request(card.token.secret))
    let cursor = try await processor.listEvents(after: nil, limit: 1000).cursor
    try processor.refundElsewhere(chargeID: charge.id, amount: Money(micros: 4_000_000, currency: .usd))
    try processor.openDispute(ofCharge: charge.id, amount: .tenDollars)
    try processor.openDispute(ofCharge: charge.id, amount: Money(micros: 1_000_000, currency: Currency(code: "EUR")!))
    try processor.setDispute(ofCharge: charge.id, to: .won)
    try processor.updateCard(card.token, to: "pm_sim_expires_2041_03")
    let unknown = UnclassifiedEvent(type: "dispute.arbitration", objectID: "dp_1", chargeID: charge.id)
    try processor.report(unknown)
    try processor.removeCustomer(of: WalletID("ada lovelace"))
    let page = try await processor.listEvents(after: cursor, limit: 1000)
    #expect(!page.hasMore)
    #expect(page.events.count == 7)
    guard case .foreignRefund(let refund) = page.events[0].kind else {
      Issue.record("\(page.events[0])")
      return
    }
    #expect(refund.chargeID == charge.id && refund.amount == Money(micros: 4_000_000, currency: .usd))
    let disputes = page.events[1...3].compactMap { event -> DisputeResult? in
      if case .dispute(let dispute) = event.kind { dispute } else { nil }
    }
    #expect(disputes.map(\.state) == [.opened, .opened, .won])
    #expect(disputes[0].id != disputes[1].id && disputes[1].id == disputes[2].id)
    #expect(disputes[2].amount.currency.code == "EUR")
    let renewed = Card(brand: "visa", last4: "4242", expiryMonth: 3, expiryYear: 2041)
    #expect(page.events[4].kind == .cardUpdated(token: card.token, card: renewed))
    #expect(page.events[5].kind == .unclassified(unknown))
    #expect(page.events[6].kind == .customerRemoved(WalletID("ada lovelace")))
    await #expect(throws: ProcessorFailure.unknownToken) { try await processor.describeCard(card.token) }
    #expect(try await processor.describeCard(other.token).last4 == "4242")

    processor.close()
    processor = try SimulatedProcessor(path: file.path)
    #expect(try await processor.listEvents(after: cursor, limit: 1000) == page)
    // Without these books, the events start again.
    let another = try SimulatedProcessor(path: file.path + "-another")
    #expect(try await another.listEvents(after: cursor, limit: 1000).events.isEmpty)
    await #expect(throws: ProcessorFailure.self) { try await processor.listEvents(after: "7", limit: 1000) }
  }

  @Test("counts against what is left of a charge")
  func refunds() async throws {
    let processor = try SimulatedProcessor(path: file.path)
    let charge = try await processor.createCharge(request("pm_card_visa"))
    try processor.refundElsewhere(chargeID: charge.id, amount: Money(micros: 6_000_000, currency: .usd))
    let refund = RefundRequest(
      key: "f",
      chargeID: charge.id,
      rechargeID: charge.rechargeID,
      amount: Money(micros: 5_000_000, currency: .usd)
    )
    await #expect(throws: ProcessorFailure.self) { try await processor.refundCharge(refund) }
    #expect(throws: ProcessorFailure.self) {
      try processor.refundElsewhere(chargeID: charge.id, amount: Money(micros: 5_000_000, currency: .usd))
    }
    #expect(try BookListing(path: file.path).lines.count { $0.hasPrefix("foreign_refund\t") } == 1)
  }

  @Test("a cardholder agrees to a charge by its id, once")
  func authentication() async throws {
    let processor = try SimulatedProcessor(path: file.path)
    let charge = try await processor.createCharge(request("pm_card_authenticationRequired"))
    try processor.authenticateCardholder(chargeID: charge.id)
    #expect(try await processor.findCharge(id: charge.id)?.status == .paid)
    #expect(throws: ProcessorFailure.self) { try processor.authenticateCardholder(chargeID: charge.id) }
  }

  @Test(
    "Stripe's names of test cards are known by both spellings",
    arguments: [
      ("pm_card_visa_chargeDeclined", "pm_card_chargeDeclined"),
      ("pm_card_chargeDeclinedInsufficientFunds", "pm_card_visa_chargeDeclinedInsufficientFunds"),
      ("pm_card_chargeDeclinedExpiredCard", "pm_card_visa_chargeDeclinedExpiredCard"),
    ]
  )
  func spellings(one: String, other: String) async throws {
    let processor = try SimulatedProcessor(path: file.path)
    let first = try await processor.createCharge(request(one, key: "k1"))
    #expect(try await processor.createCharge(request(other, key: "k2")).status == first.status)
    #expect(TestCardListing.lines.contains { $0.hasPrefix(one + "\tvisa\t") })
  }

  @Test("books of an earlier version get an account, and their charges are known by their keys")
  func earlierBooks() async throws {
    let id = "ch_sim_abc"
    let line = "charge\tk\t10000000 USD r ada lovelace pm_card_visa\tpm_card_visa\t\(id)\tr\t10000000\tUSD\tpaid\t\n"
    try line.write(toFile: file.path, atomically: true, encoding: .utf8)
    var processor = try SimulatedProcessor(path: file.path)
    #expect(try await processor.createCharge(request("pm_card_visa")).id == id)
    let account = try await processor.describeAccount()
    processor.close()
    processor = try SimulatedProcessor(path: file.path)
    #expect(try await processor.describeAccount() == account)
  }
}

extension Money {
  fileprivate static let tenDollars = Money(micros: 10_000_000, currency: .usd)
}
