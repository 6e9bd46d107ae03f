import Ledger
import PaymentProcessing
import StripeProcessor
import Testing

@Suite("Stripe's events, fetched", .enabled(if: StandInStripe.isAvailable, StandInStripe.absence))
struct EventListTests {
  private let stripe: StandInStripe

  init() throws { stripe = try StandInStripe() }

  /// The events since a cursor, each once, in the order in which they were listed first.
  private func all(
    _ processor: StripeProcessor,
    after cursor: String?,
    limit: Int = 100
  ) async throws -> (events: [ProcessorEvent], cursor: String) {
    var events: [ProcessorEvent] = []
    var cursor = cursor
    while true {
      let page = try await processor.listEvents(after: cursor, limit: limit)
      #expect(page.events.count <= limit)
      events += page.events.filter { !events.contains($0) }
      cursor = page.cursor
      if !page.hasMore { return (events, page.cursor) }
    }
  }

  @Test("tell of what banks, networks and people in the dashboard do")
  func acts() async throws {
    let processor = try stripe.processor()
    let attached = try await processor.attachCard(.visa())
    let charge = try await processor.createCharge(.tenDollars(attached.token.secret))
    let cursor = try await all(processor, after: nil).cursor
    let card = String(attached.token.secret.split(separator: ":")[1])
    let customer = String(attached.token.secret.split(separator: ":")[0])
    try await stripe.act("create_refund", ["payment_intent": charge.id, "amount": "400"])
    try await stripe.act("dispute", charge.id, "needs_response")
    try await stripe.act("dispute", charge.id, "brand_new_status")
    try await stripe.act("renew", card, 2050)
    try await stripe.act("delete_customer", customer)
    let kinds = try await all(processor, after: cursor).events.map(\.kind)
    func count(_ isWanted: (ProcessorEvent.Kind) -> Bool) -> Int { kinds.count(where: isWanted) }
    #expect(
      count {
        guard case .foreignRefund(let refund) = $0 else { return false }
        return refund.chargeID == charge.id && refund.amount == Money(micros: 4_000_000, currency: .usd)
      } == 1
    )
    #expect(count { if case .dispute(let dispute) = $0 { dispute.state == .opened } else { false } } == 1)
    #expect(count { if case .unclassified(let event) = $0 { event.chargeID == charge.id } else { false } } == 1)
    #expect(
      count {
        guard case .cardUpdated(let token, let card) = $0 else { return false }
        return token == attached.token && card.expiryYear == 2050
      } == 1
    )
    #expect(kinds.contains(.cardRemoved(token: attached.token)))
    #expect(kinds.last == .customerRemoved(WalletID("w1")))
  }

  @Test("are all listed after 29 days away, oldest first, also hundreds of one second", arguments: [7, 100])
  func away(limit: Int) async throws {
    let processor = try stripe.processor()
    _ = try await processor.createCharge(.tenDollars(key: "before"))
    let cursor = try await all(processor, after: nil).cursor
    var made: [String] = []
    for days in [1, 1, 9, 10, 8] {
      try await stripe.set(advance: days * 86_400)
      for number in 1...(days == 10 ? 230 : 3) {
        let charge = try await processor.createCharge(.tenDollars(key: "k\(made.count)-\(number)"))
        made.append(charge.id)
      }
    }
    let listed = try await all(processor, after: cursor, limit: limit)
    let charges = listed.events.compactMap { event -> String? in
      if case .charge(let charge) = event.kind { charge.id } else { nil }
    }
    // The charge before may be repeated; it is older than any other.
    #expect(Array(charges.suffix(made.count)) == made)
    #expect(charges.count <= made.count + 1)
    try await stripe.set(advance: 3600)
    let again = try await all(processor, after: listed.cursor)
    #expect(again.events.allSatisfy(listed.events.contains))
    #expect(try await all(processor, after: again.cursor).events.isEmpty)
  }

  @Test("are listed even if Stripe shows one late")
  func late() async throws {
    let processor = try stripe.processor()
    _ = try await processor.createCharge(.tenDollars(key: "k1"))
    let cursor = try await all(processor, after: nil).cursor
    // An event of some seconds ago.
    try await stripe.set(advance: -5)
    let late = try await processor.createCharge(.tenDollars(key: "k2"))
    try await stripe.set(advance: 5)
    #expect(try await all(processor, after: cursor).events.map(\.kind).contains(.charge(late)))
  }

  @Test("go on with the oldest that is kept if the cursor's event is not")
  func expired() async throws {
    let processor = try stripe.processor()
    for number in 1...3 { _ = try await processor.createCharge(.tenDollars(key: "k\(number)")) }
    let page = try await processor.listEvents(after: nil, limit: 2)
    #expect(page.hasMore)
    try await stripe.set(advance: 31 * 86_400)
    let charge = try await processor.createCharge(.tenDollars(key: "k4"))
    let kinds = try await all(processor, after: page.cursor).events.map(\.kind)
    #expect(kinds == [.charge(charge)])
  }

  @Test("need a cursor of this processor's", arguments: ["x", "v1:", "v1:-1", "v1:1:2", "v1:1:2:a b", "v2:1", "1"])
  func cursors(text: String) async throws {
    await #expect(throws: ProcessorFailure.rejected("the cursor is none of this processor's")) {
      try await stripe.processor().listEvents(after: text, limit: 1)
    }
  }
}
