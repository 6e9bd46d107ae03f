import Ledger
import Testing

/// The refusal of a spend for lack of credits names an amount to recharge. Each test does what it advises, and it works.
@Suite("A spend that cannot be afforded")
struct RechargeAdviceTests {
  private static let wallet = WalletID("w")

  private static func facts(_ refusal: Refusal) -> (least: Int64?, open: String?, openAmount: Int64?) {
    (
      refusal.facts[.rechargeAtLeast].flatMap { Int64($0) }, refusal.facts[.openRecharge],
      refusal.facts[.openRechargeAmount].flatMap { Int64($0) }
    )
  }

  /// A wallet with `available` micros and a saved card.
  private static func ledger(available: Int64) throws -> TestLedger {
    var ledger = TestLedger()
    ledger.openWallet("w")
    if available != 0 {
      let money = Money(micros: available, currency: .usd)
      _ = ledger.send(AdjustBalance(wallet, .openingBalance, money, memo: "before"))
    }
    _ = ledger.send(SavePaymentMethod(wallet, card("saved")))
    return ledger
  }

  private static func recharge(_ micros: Int64, _ number: Int, in ledger: inout TestLedger) throws {
    let id = "r\(number)"
    let money = Money(micros: micros, currency: .usd)
    let begun = ledger.send(StartRecharge(RechargeID(id), wallet, money, nil))
    #expect(begun.refusal == nil, "recharge for \(money): \(begun.refusal?.sentence ?? "")")
    _ = ledger.settle(id, .paid(processorChargeID: "ch-\(id)"))
  }

  @Test(
    "names the least that a recharge takes and that covers what is missing, or the most, as often as needed",
    arguments: [
      (0, 3_000_000, 10_000_000), (1_200_000, 3_000_000, 10_000_000), (0, 10_000_001, 10_010_000),
      (0, 850_001_000, 850_010_000), (-30_000_000, 1, 30_010_000), (-5_000_000, 5_000_000, 10_000_000),
      (0, 1_000_000_000, 1_000_000_000), (0, 1_000_000_001, 1_000_000_000), (0, 4_999_000_000, 1_000_000_000),
      (-1_999_995_000, 1, 1_000_000_000),
    ] as [(Int64, Int64, Int64)]
  )
  func least(available: Int64, required: Int64, least: Int64) throws {
    var ledger = try Self.ledger(available: available)
    let charge = Charge(Self.wallet, Money(micros: required, currency: .usd), .call, reference: "")
    let first = try #require(ledger.send(charge).refusal)
    #expect(Self.facts(first).least == least && Self.facts(first).open == nil)
    #expect(first.sentence.contains("\(Money(micros: least, currency: .usd))"), "\(first.sentence)")
    #expect(first.sentence.contains("at a time") == (required - available > 1_000_000_000), "\(first.sentence)")
    var count = 0
    while let refusal = ledger.send(charge).refusal {
      try #require(refusal.reason == .insufficientCredits && count < 6)
      count += 1
      try Self.recharge(try #require(Self.facts(refusal).least), count, in: &ledger)
    }
    #expect(Int64(count) == (required - available + 999_999_999) / 1_000_000_000)
    try ledger.prove()
  }

  @Test(
    "counts the recharge that is under way, and says whether it suffices",
    arguments: [(20, 0), (25, 0), (26, 10), (40, 15), (2_000, 1_000)] as [(Int64, Int64)]
  )
  func underWay(required: Int64, least: Int64) throws {
    var ledger = try Self.ledger(available: 0)
    _ = ledger.send(StartRecharge(RechargeID("open"), Self.wallet, usd(25), nil))
    for (spend, key) in [
      (Charge(Self.wallet, usd(required), .call, reference: ""), "charge"),
      (PlaceHold(Self.wallet, usd(required), .call, reference: "", ttl: 60), "hold"),
    ] as [(any Mutation, String)] {
      let refusal = try #require(ledger.send(any: spend, key: key).refusal)
      let facts = Self.facts(refusal)
      #expect(facts.least == least * 1_000_000 && facts.open == "open" && facts.openAmount == 25_000_000)
      #expect(
        refusal.sentence.contains(
          least == 0
            ? "recharge open of $25.00 is under way and will cover that"
            : "recharge open of $25.00 is under way; once it is final, recharge at least $"
        ),
        "\(refusal.sentence)"
      )
      // The key's refusal is final, with what it said.
      #expect(ledger.send(any: spend, key: key).refusal == refusal)
    }
    _ = ledger.settle("open", .paid(processorChargeID: "ch-open"))
    if least == 1_000 { try Self.recharge(usd(975).micros, 0, in: &ledger) }
    if least > 0 { try Self.recharge(usd(least).micros, 1, in: &ledger) }
    #expect(ledger.send(Charge(Self.wallet, usd(required), .call, reference: "")).refusal == nil)
  }

  @Test("that fires an automatic recharge names it, and whether it suffices")
  func automatic() throws {
    var ledger = try Self.ledger(available: 12_000_000)
    let terms = AutoRechargeTerms(threshold: usd(10), amount: usd(20))
    _ = ledger.send(SetAutoRecharge(Self.wallet, AutoRechargeSettings(isEnabled: true, terms: terms)))
    _ = ledger.send(Charge(Self.wallet, usd(5), .call, reference: ""))
    let open = try #require(ledger.state.accounts[Self.wallet]?.openRecharge)
    let refusal = try #require(ledger.send(Charge(Self.wallet, usd(27), .call, reference: "")).refusal)
    #expect(Self.facts(refusal) == (0, open.value, 20_000_000))
    #expect(
      Self.facts(try #require(ledger.send(Charge(Self.wallet, usd(28), .call, reference: "")).refusal)).least
        == usd(10).micros
    )
    _ = ledger.settle(open.value, .paid(processorChargeID: "ch"))
    #expect(ledger.send(Charge(Self.wallet, usd(27), .call, reference: "")).refusal == nil)
  }

  @Test("and was remembered by an older version advises an amount that can be recharged")
  func older() {
    let refusal = Refusal.insufficientCredits(available: micros(1_200_000), required: usd(3))
    #expect(refusal.sentence == "available $1.20, this call needs $3.00: recharge at least $10.00")
    #expect(
      refusal.metadata == [
        "available": "1200000", "required": "3000000", "shortfall": "1800000", "currency_code": "USD",
      ]
    )
    #expect(
      Refusal.insufficientCredits(available: usd(0), required: usd(4999)).sentence.hasSuffix(
        "recharge at least $4999.00 in all, at most $1000.00 at a time"
      )
    )
    let least = Money(micros: .min, currency: .usd)
    #expect(
      Refusal.insufficientCredits(available: least, required: usd(1)).sentence.hasSuffix("at most $1000.00 at a time")
    )
  }

  /// The suggested amounts of a wallet with so many dollars and micros available.
  @Test(
    "sees suggested amounts that lift a negative balance",
    arguments: [
      (0, [10, 25, 50, 100, 250, 500, 1000]), (5_000_000, [10, 25, 50, 100, 250, 500, 1000]),
      (-1, [10, 25, 50, 100, 250, 500, 1000]), (-30_000_000, [30, 50, 100, 250, 500, 1000]),
      (-999_999_999, [1000]), (-5_000_000_000, [1000]),
    ] as [(Int64, [Int64])]
  )
  func suggestions(available: Int64, dollars: [Int64]) throws {
    var ledger = try Self.ledger(available: available)
    let options = try #require(ledger.ask(GetRechargeOptions(Self.wallet)).reply)
    #expect(options.suggestedAmounts == dollars.map { usd($0).micros })
    let first = try #require(options.suggestedAmounts.first)
    try Self.recharge(first, 1, in: &ledger)
    #expect(try #require(ledger.wallet("w")).available.micros >= min(0, available + usd(1000).micros))
  }

  @Test("sees thresholds and amounts from the least to the most that is allowed")
  func limits() {
    let limits = RechargeLimits.usd
    for suggestions in [limits.suggestedAmounts, limits.suggestedThresholds] {
      #expect(suggestions.first == limits.minimum && suggestions.last == limits.maximum)
      #expect(
        suggestions == suggestions.sorted() && suggestions.allSatisfy { limits.objection(to: $0, in: .usd) == nil }
      )
    }
  }
}
