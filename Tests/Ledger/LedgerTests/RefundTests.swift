import Ledger
import StoreContract
import Testing

@Suite("A refund")
struct RefundTests {
  /// A wallet of $10 that was charged $4.
  static func charged() throws -> (TestLedger, EntryID) {
    var ledger = TestLedger()
    ledger.openWallet("w", granted: 10)
    let answer = ledger.send(.charge(WalletID("w"), usd(4), .text, reference: "text-1")).answer
    return (ledger, try #require(answer.entry).id)
  }

  @Test("gives a charge back in parts, and never more than was charged in all")
  func parts() throws {
    var (ledger, charge) = try Self.charged()
    for (dollars, left) in [(1, 3), (2, 1)] as [(Int64, Int64)] {
      guard case .reply(.refund(let reply)) = ledger.send(.refundCharge(charge, usd(dollars))).answer else {
        return #expect(Bool(false), "refused")
      }
      #expect(reply.entry.amount == usd(dollars))
      #expect(reply.entry.counterAccount == .refunds)
      #expect(reply.entry.refundedEntryID == charge)
      #expect(reply.entry.reference == "text-1")
      #expect(reply.entry.reason == .text)
      #expect(reply.refunded.refundable == usd(left))
    }
    #expect(
      ledger.send(.refundCharge(charge, micros(1_000_001))).answer
        == .refusal(.refundExceedsCharge(charge, refundable: usd(1)))
    )
    #expect(ledger.send(.refundCharge(charge, usd(1))).answer.wallet?.posted == 10_000_000)
    let nothing = Refusal.refundExceedsCharge(charge, refundable: usd(0))
    #expect(ledger.send(.refundCharge(charge, micros(1))).answer == .refusal(nothing))
    #expect(nothing.metadata == ["entry_id": "\(charge)", "refundable": "0", "currency_code": "USD"])
    try ledger.prove()
  }

  @Test("under one key is given once, however often it is sent")
  func once() throws {
    var (ledger, charge) = try Self.charged()
    let first = ledger.send(.refundCharge(charge, usd(1)), key: "k")
    #expect(ledger.send(.refundCharge(charge, usd(1)), key: "k") == Outcome(answer: first.answer, isReplay: true))
    #expect(ledger.wallet("w")?.posted == 7_000_000)
  }

  @Test("takes captures too, each for itself")
  func capture() throws {
    var ledger = TestLedger()
    ledger.openWallet("w", granted: 10)
    let hold = try ledger.placeHold("w", usd(4), ttl: 60)
    let first = try #require(ledger.capture(hold, usd(3)).entry).id
    let second = try #require(ledger.capture(hold, usd(1), isFinal: true).entry).id
    #expect(ledger.send(.refundCharge(second, usd(2))).answer.reason == "REFUND_EXCEEDS_CHARGE")
    #expect(ledger.send(.refundCharge(first, usd(3))).answer.reason == nil)
    #expect(ledger.send(.refundCharge(second, usd(1))).answer.wallet?.posted == 10_000_000)
  }

  @Test("takes nothing but charges and captures")
  func kinds() throws {
    var ledger = TestLedger()
    ledger.openWallet("w", funded: 10)
    let grant = try #require(ledger.send(.grant(WalletID("w"), usd(1), memo: "sorry")).answer.entry).id
    let charge = try #require(ledger.send(.charge(WalletID("w"), usd(1), .call, reference: "")).answer.entry).id
    let refund = try #require(ledger.send(.refundCharge(charge, usd(1))).answer.entry).id
    let recharge = try #require(ledger.state.changes.records.first { $0.kind == .rechargePaid })
    // What the store would have loaded.
    for record in ledger.state.changes.records {
      let book = EntryBook(record, in: .usd)
      if let book, ledger.state.entries[book.id] == nil { ledger.state.entries[book.id] = book }
    }
    for (id, kind) in [(grant, RecordKind.grant), (refund, .refund), (recharge.entryID, .rechargePaid)] {
      #expect(ledger.send(.refundCharge(id, usd(1))).answer == .refusal(.entryNotRefundable(id, kind)))
    }
    let created = try #require(ledger.state.changes.records.first { $0.kind == .walletCreated }).entryID
    #expect(ledger.send(.refundCharge(created, usd(1))).answer == .refusal(.entryNotFound(created)))
    let other = EntryID(record: charge.record, tag: charge.tag ^ 1)
    #expect(ledger.send(.refundCharge(other, usd(1))).answer == .refusal(.entryNotFound(other)))
  }

  @Test(
    "is refused for its amount or its currency",
    arguments: [
      (0, "USD", "AMOUNT_OUT_OF_RANGE"), (-1, "USD", "AMOUNT_OUT_OF_RANGE"), (1, "EUR", "CURRENCY_MISMATCH"),
      (Int64.max, "USD", "REFUND_EXCEEDS_CHARGE"),
    ] as [(Int64, String, String)]
  )
  func refusals(amount: Int64, currency: String, reason: String) throws {
    var (ledger, charge) = try Self.charged()
    let money = Money(micros: amount, currency: try #require(Currency(code: currency)))
    #expect(ledger.send(.refundCharge(charge, money)).answer.reason == reason)
    #expect(ledger.wallet("w")?.posted == 6_000_000)
  }

  @Test("reaches a frozen wallet, but not a closed one")
  func states() throws {
    var (ledger, charge) = try Self.charged()
    _ = ledger.send(.freeze(WalletID("w")))
    #expect(ledger.send(.refundCharge(charge, usd(1))).answer.reason == nil)
    _ = ledger.send(.unfreeze(WalletID("w")))
    _ = ledger.send(.charge(WalletID("w"), usd(7), .call, reference: ""))
    #expect(ledger.send(.close(WalletID("w"))).answer.reason == nil)
    #expect(ledger.send(.refundCharge(charge, usd(1))).answer.reason == "WALLET_CLOSED")
  }

  @Test("never takes a balance out of range")
  func overflow() throws {
    var (ledger, charge) = try Self.charged()
    _ = ledger.send(.grant(WalletID("w"), micros(Wallet.balanceRange.upperBound - 6_000_000), memo: ""))
    #expect(ledger.send(.refundCharge(charge, usd(1))).answer.reason == "AMOUNT_OUT_OF_RANGE")
  }
}
