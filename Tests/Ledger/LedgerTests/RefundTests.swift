import Ledger
import Testing

@Suite("A refund")
struct RefundTests {
  /// A wallet of $10 that was charged $4.
  static func charged() throws -> (TestLedger, EntryID) {
    var ledger = TestLedger()
    ledger.openWallet("w", granted: 10)
    let charged = ledger.send(Charge(WalletID("w"), usd(4), .text, reference: "text-1"))
    return (ledger, try #require(charged.reply).entry.id)
  }

  @Test("returns a charge in parts, and never more than was charged in all")
  func parts() throws {
    var (ledger, charge) = try Self.charged()
    for (dollars, left) in [(1, 3), (2, 1)] as [(Int64, Int64)] {
      let reply = try #require(ledger.send(RefundCharge(charge, usd(dollars))).reply)
      #expect(reply.entry.amount == usd(dollars))
      #expect(reply.entry.counterAccount == .refunds)
      #expect(reply.entry.refundedEntryID == charge)
      #expect(reply.entry.reference == "text-1")
      #expect(reply.entry.reason == .text)
      #expect(reply.refunded.refundable == usd(left))
    }
    #expect(
      ledger.send(RefundCharge(charge, micros(1_000_001))).refusal
        == .refundExceedsCharge(charge, refundable: usd(1))
    )
    #expect(ledger.send(RefundCharge(charge, usd(1))).reply?.wallet.posted == 10_000_000)
    let nothing = Refusal.refundExceedsCharge(charge, refundable: usd(0))
    #expect(ledger.send(RefundCharge(charge, micros(1))).refusal == nothing)
    #expect(nothing.metadata == ["entry_id": "\(charge)", "refundable": "0", "currency_code": "USD"])
    try ledger.prove()
  }

  @Test("under one key is made once, however often it is sent")
  func once() throws {
    var (ledger, charge) = try Self.charged()
    let first = ledger.send(RefundCharge(charge, usd(1)), key: "k")
    #expect(ledger.send(RefundCharge(charge, usd(1)), key: "k") == first.asReplay)
    #expect(ledger.wallet("w")?.posted == 7_000_000)
  }

  @Test("applies to captures too, each separately")
  func capture() throws {
    var ledger = TestLedger()
    ledger.openWallet("w", granted: 10)
    let hold = try ledger.placeHold("w", usd(4), ttl: 60)
    let first = try #require(ledger.capture(hold, usd(3)).reply?.entry).id
    let second = try #require(ledger.capture(hold, usd(1), isFinal: true).reply?.entry).id
    #expect(ledger.send(RefundCharge(second, usd(2))).refusal?.reason == .refundExceedsCharge)
    #expect(ledger.send(RefundCharge(first, usd(3))).refusal == nil)
    #expect(ledger.send(RefundCharge(second, usd(1))).reply?.wallet.posted == 10_000_000)
  }

  @Test("applies only to charges and captures")
  func kinds() throws {
    var ledger = TestLedger()
    ledger.openWallet("w", funded: 10)
    let grant = try #require(ledger.send(GrantCredits(WalletID("w"), usd(1), memo: "sorry")).reply?.entry).id
    let charge = try #require(ledger.send(Charge(WalletID("w"), usd(1), .call, reference: "")).reply?.entry).id
    let refund = try #require(ledger.send(RefundCharge(charge, usd(1))).reply?.entry).id
    let recharge = try #require(ledger.state.changes.records.first { $0.kind == .rechargePaid })
    // The state that a store would have loaded.
    for record in ledger.state.changes.records {
      let recorded = RecordedEntry(record, in: .usd)
      if let recorded, ledger.state.entries[recorded.id] == nil { ledger.state.entries[recorded.id] = recorded }
    }
    for (id, kind) in [(grant, RecordKind.grant), (refund, .refund), (recharge.entryID, .rechargePaid)] {
      #expect(ledger.send(RefundCharge(id, usd(1))).refusal == .entryNotRefundable(id, kind))
    }
    let created = try #require(ledger.state.changes.records.first { $0.kind == .walletCreated }).entryID
    #expect(ledger.send(RefundCharge(created, usd(1))).refusal == .entryNotFound(created))
    let other = EntryID(record: charge.record, tag: charge.tag ^ 1)
    #expect(ledger.send(RefundCharge(other, usd(1))).refusal == .entryNotFound(other))
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
    #expect(ledger.send(RefundCharge(charge, money)).refusal?.reason.rawValue == reason)
    #expect(ledger.wallet("w")?.posted == 6_000_000)
  }

  @Test("is allowed on a frozen wallet, but not on a closed one")
  func states() throws {
    var (ledger, charge) = try Self.charged()
    _ = ledger.send(FreezeWallet(WalletID("w")))
    #expect(ledger.send(RefundCharge(charge, usd(1))).refusal == nil)
    _ = ledger.send(UnfreezeWallet(WalletID("w")))
    _ = ledger.send(Charge(WalletID("w"), usd(7), .call, reference: ""))
    #expect(ledger.send(CloseWallet(WalletID("w"))).refusal == nil)
    #expect(ledger.send(RefundCharge(charge, usd(1))).refusal?.reason == .walletClosed)
  }

  @Test("never takes a balance out of range")
  func overflow() throws {
    var (ledger, charge) = try Self.charged()
    _ = ledger.send(GrantCredits(WalletID("w"), micros(Wallet.balanceRange.upperBound - 6_000_000), memo: ""))
    #expect(ledger.send(RefundCharge(charge, usd(1))).refusal?.reason == .balanceLimit)
  }
}
