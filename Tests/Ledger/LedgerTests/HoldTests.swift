import Ledger
import Testing

@Suite("A hold")
struct HoldTests {
  @Test("sets its amount aside, and reports what is still affordable and whether this was the last unit")
  func lastUnit() throws {
    var ledger = TestLedger()
    ledger.openWallet("w", granted: 10)
    let place = PlaceHold(WalletID("w"), usd(4), .call, reference: "call-7", ttl: 60)
    for (affordable, isLast) in [(6, false), (2, true)] as [(Int64, Bool)] {
      let reply = try #require(ledger.send(place).reply)
      #expect(reply.affordable == usd(affordable))
      #expect(reply.isLastUnit == isLast)
      #expect(reply.hold.remaining == 4_000_000)
      #expect(reply.hold.reference == "call-7")
      #expect(reply.hold.caller == "tester")
      #expect(HoldID(reply.hold.id.description) == reply.hold.id)
    }
    #expect(ledger.send(place).refusal?.reason == .insufficientCredits)
    #expect(ledger.wallet("w")?.posted == 10_000_000)
    #expect(ledger.wallet("w")?.held == 8_000_000)
  }

  @Test(
    "is the last unit if the same amount cannot be added again",
    arguments: [(4, 2, false), (4, 3, false), (7, 3, true)]
  )
  func lastExtension(amount: Int64, additional: Int64, isLast: Bool) throws {
    var ledger = TestLedger()
    ledger.openWallet("w", granted: 10)
    let id = try ledger.placeHold("w", usd(amount), ttl: 60)
    let reply = try #require(ledger.send(ExtendHold(id, additional: usd(additional), ttl: nil)).reply)
    #expect(reply.affordable == usd(10 - amount - additional))
    #expect(reply.isLastUnit == isLast)
    #expect(reply.hold.amount == usd(amount + additional).micros)
  }

  @Test(
    "is not extended by nothing or less, and the refusal names the additional amount",
    arguments: [0, -1, .min] as [Int64]
  )
  func extensionByNothing(additional: Int64) throws {
    var ledger = TestLedger()
    ledger.openWallet("w", granted: 10)
    let id = try ledger.placeHold("w", usd(1), ttl: 60)
    let refusal = ledger.send(ExtendHold(id, additional: micros(additional), ttl: 60)).refusal
    #expect(refusal?.reason == .amountOutOfRange && refusal?.field == "additional_amount.micros")
  }

  @Test("that is kept for longer in a wallet with a debt leaves nothing affordable, not less")
  func affordableInDebt() throws {
    var ledger = TestLedger()
    ledger.openWallet("w", granted: 10)
    let kept = try ledger.placeHold("w", usd(1), ttl: 60)
    _ = ledger.send(AdjustBalance(WalletID("w"), .correction, usd(-14), memo: "m"))
    let reply = try #require(ledger.send(ExtendHold(kept, additional: nil, ttl: 600)).reply)
    #expect(reply.wallet.available == usd(-5) && reply.affordable == usd(0) && reply.isLastUnit)
  }

  @Test("may take the last micro and no more")
  func lastMicro() throws {
    var ledger = TestLedger()
    ledger.openWallet("w", granted: 10)
    let id = try ledger.placeHold("w", micros(9_999_999), ttl: 60)
    #expect(ledger.send(ExtendHold(id, additional: micros(2), ttl: nil)).refusal?.reason == .insufficientCredits)
    #expect(ledger.send(ExtendHold(id, additional: micros(1), ttl: nil)).reply?.wallet.available == usd(0))
    let more = PlaceHold(WalletID("w"), micros(1), .text, reference: "", ttl: 1)
    #expect(ledger.send(more).refusal?.reason == .insufficientCredits)
  }

  @Test(
    "lasts as long as requested, from a second to a week",
    arguments: [(0, 600), (1, 1), (600, 600), (604_800, 604_800), (-1, nil), (604_801, nil), (Int64.max, nil)]
      as [(Int64, Int64?)]
  )
  func lifetime(ttl: Int64, seconds: Int64?) throws {
    var ledger = TestLedger()
    ledger.openWallet("w", granted: 10)
    let outcome = ledger.send(PlaceHold(WalletID("w"), usd(1), .call, reference: "", ttl: ttl))
    guard let seconds else {
      #expect(outcome.refusal == .fieldInvalid(field: "ttl", description: "must be from 1 to 604800 seconds"))
      return
    }
    let hold = try #require(outcome.reply).hold
    #expect(hold.expireTime.microseconds(since: ledger.now) == seconds * 1_000_000)
    ledger.pass(seconds: seconds - 1)
    #expect(ledger.state.holds[hold.id]?.state == .held)
    ledger.pass(seconds: 1)
    #expect(ledger.state.holds[hold.id]?.state == .expired)
    #expect(ledger.wallet("w")?.held == 0)
  }

  @Test("is never cut short by an extension")
  func prolonged() throws {
    var ledger = TestLedger()
    ledger.openWallet("w", granted: 10)
    let id = try ledger.placeHold("w", usd(1), ttl: 600)
    ledger.pass(seconds: 500)
    #expect(
      ledger.send(ExtendHold(id, additional: nil, ttl: 50)).reply?.hold.expireTime == ledger.now.adding(seconds: 100)
    )
    #expect(
      ledger.send(ExtendHold(id, additional: nil, ttl: 200)).reply?.hold.expireTime == ledger.now.adding(seconds: 200)
    )
    for ttl in [0, -1, 604_801] as [Int64] {
      #expect(ledger.send(ExtendHold(id, additional: nil, ttl: ttl)).refusal?.reason == .fieldInvalid)
    }
    #expect(ledger.send(ExtendHold(id, additional: nil, ttl: nil)).refusal?.reason == .fieldInvalid)
    ledger.pass(seconds: 199)
    #expect(ledger.state.holds[id]?.state == .held)
    ledger.pass(seconds: 1)
    #expect(ledger.state.holds[id]?.state == .expired)
  }

  @Test(
    "is refused for its amount, its currency, its wallet or lack of credits",
    arguments: [
      ("w", 0, "USD", "AMOUNT_OUT_OF_RANGE"), ("w", -1, "USD", "AMOUNT_OUT_OF_RANGE"),
      ("w", Int64.min, "USD", "AMOUNT_OUT_OF_RANGE"), ("w", 1, "EUR", "CURRENCY_MISMATCH"),
      ("w", 10_000_001, "USD", "INSUFFICIENT_CREDITS"), ("w", Int64.max, "USD", "INSUFFICIENT_CREDITS"),
      ("nobody", 1, "USD", "WALLET_NOT_FOUND"), ("frozen", 1, "USD", "WALLET_FROZEN"),
      ("closed", 1, "USD", "WALLET_CLOSED"),
    ] as [(String, Int64, String, String)]
  )
  func refusals(walletID: String, amount: Int64, currency: String, reason: String) throws {
    var ledger = TestLedger()
    ledger.openWallet("w", granted: 10)
    ledger.openWallet("frozen", granted: 10)
    _ = ledger.send(FreezeWallet(WalletID("frozen")))
    ledger.openWallet("closed")
    _ = ledger.send(CloseWallet(WalletID("closed")))
    let before = ledger.wallet(walletID)
    let money = Money(micros: amount, currency: try #require(Currency(code: currency)))
    let outcome = ledger.send(PlaceHold(WalletID(walletID), money, .call, reference: "", ttl: 60))
    #expect(outcome.refusal?.reason.rawValue == reason)
    #expect(ledger.wallet(walletID) == before)
    #expect(ledger.state.holds.isEmpty)
  }

  @Test("is found only by its whole id")
  func id() throws {
    var ledger = TestLedger()
    ledger.openWallet("w", granted: 10)
    let id = try ledger.placeHold("w", usd(1), ttl: 60)
    let other = HoldID(record: id.record, tag: id.tag ^ 1)
    #expect(ledger.ask(GetHold(other)).refusal == .holdNotFound(other))
    #expect(ledger.send(ReleaseHold(other)).refusal == .holdNotFound(other))
    #expect(ledger.ask(GetHold(id)).reply?.hold.id == id)
    for text in ["h0-00000000", "e1-00000000", "h1-0000000", "h1-0000000G", "h1-0000000A", "h+1-00000000", "h1"] {
      #expect(HoldID(text) == nil, "\(text)")
    }
  }

  @Test("takes what exceeds it from the available credits, then records the exact shortfall, up to the limit")
  func shortfall() throws {
    var ledger = TestLedger()
    ledger.openWallet("w", granted: 10)
    let id = try ledger.placeHold("w", usd(4), ttl: 60)
    let beyond = ledger.capture(id, micros(20_000_001))
    #expect(beyond.refusal == .shortfallLimit(id, capturable: usd(20)))
    #expect(
      Refusal.shortfallLimit(id, capturable: usd(20)).sentence
        == "no more than $20.00 can be captured from hold \(id): capture that, or recharge first, with a new key"
    )
    let first = ledger.capture(id, usd(16))
    #expect(first.reply?.entry?.shortfall == 6_000_000)
    #expect(first.reply?.hold.shortfall == 6_000_000)
    #expect(first.reply?.wallet.available == usd(-6))
    // The wallet is below zero already: all of the second capture is uncovered, and the limit is the hold's.
    #expect(ledger.capture(id, micros(4_000_001)).refusal == .shortfallLimit(id, capturable: usd(4)))
    let second = ledger.capture(id, usd(4), isFinal: true)
    #expect(second.reply?.entry?.shortfall == 4_000_000)
    #expect(second.reply?.hold.shortfall == 10_000_000)
    #expect(ledger.wallet("w")?.posted == -10_000_000)
    #expect(
      ledger.send(Charge(WalletID("w"), micros(1), .call, reference: "")).refusal?.reason == .insufficientCredits
    )
    try ledger.prove()
  }

  @Test("does not use what other holds have set aside")
  func others() throws {
    var ledger = TestLedger()
    ledger.openWallet("w", granted: 10)
    let mine = try ledger.placeHold("w", usd(4), ttl: 60)
    let other = try ledger.placeHold("w", usd(5), ttl: 60)
    let outcome = ledger.capture(mine, usd(7), isFinal: true)
    // $4 of its own, $1 available, $2 uncovered: not from the other hold's $5.
    #expect(outcome.reply?.entry?.shortfall == 2_000_000)
    #expect(outcome.reply?.wallet.held == 5_000_000)
    #expect(outcome.reply?.wallet.available == usd(-2))
    #expect(ledger.capture(other, usd(5), isFinal: true).reply?.entry?.shortfall == 0)
    #expect(ledger.wallet("w")?.posted == -2_000_000)
  }

  @Test("can be captured and released on a frozen wallet, but not extended")
  func frozen() throws {
    var ledger = TestLedger()
    ledger.openWallet("w", granted: 10)
    let first = try ledger.placeHold("w", usd(2), ttl: 60)
    let second = try ledger.placeHold("w", usd(2), ttl: 60)
    _ = ledger.send(FreezeWallet(WalletID("w")))
    #expect(ledger.send(ExtendHold(first, additional: nil, ttl: 600)).refusal?.reason == .walletFrozen)
    #expect(ledger.send(ExtendHold(first, additional: usd(1), ttl: nil)).refusal?.reason == .walletFrozen)
    #expect(ledger.capture(first, usd(1), isFinal: true).refusal == nil)
    #expect(ledger.send(ReleaseHold(second)).refusal == nil)
    #expect(ledger.wallet("w")?.held == 0)
  }

  @Test("is marked as captured late by any capture after its expiry")
  func late() throws {
    var ledger = TestLedger()
    ledger.openWallet("w", granted: 10)
    let id = try ledger.placeHold("w", usd(4), ttl: 60)
    #expect(ledger.capture(id, usd(1)).reply?.hold.isLate == false)
    ledger.pass(seconds: 60)
    #expect(ledger.state.holds[id]?.isLate == false)
    #expect(ledger.capture(id, usd(1)).reply?.hold.isLate == true)
    #expect(ledger.capture(id, usd(1), isFinal: true).reply?.hold.isLate == true)
    #expect(ledger.state.holds[id]?.captured == 3_000_000)
  }

  @Test("cannot be captured from a closed wallet")
  func closed() throws {
    var ledger = TestLedger()
    ledger.openWallet("w", granted: 1)
    let id = try ledger.placeHold("w", usd(1), ttl: 60)
    ledger.pass(seconds: 60)
    _ = ledger.send(Charge(WalletID("w"), usd(1), .call, reference: ""))
    #expect(ledger.send(CloseWallet(WalletID("w"))).refusal == nil)
    #expect(ledger.capture(id, usd(1)).refusal?.reason == .walletClosed)
  }

  @Test("that is due is expired before anything else is answered, the earliest first, by the ledger itself")
  func sweep() throws {
    var ledger = TestLedger()
    ledger.openWallet("w", granted: 10)
    ledger.openWallet("v", granted: 10)
    let ids = [
      try ledger.placeHold("w", usd(1), ttl: 30), try ledger.placeHold("v", usd(1), ttl: 10),
      try ledger.placeHold("w", usd(1), ttl: 20), try ledger.placeHold("w", usd(1), ttl: 40),
    ]
    ledger.pass(seconds: 30)
    let expired = ledger.state.changes.records.filter { $0.kind == .holdExpired }
    #expect(expired.map(\.holdID) == [ids[1], ids[2], ids[0]])
    #expect(expired.allSatisfy { $0.origin == .ledger && $0.time == ledger.now })
    #expect(ledger.state.accounts[WalletID("w")]?.openHolds == 1)
    #expect(ledger.state.accounts[WalletID("w")]?.nextHoldExpiry == ledger.now.adding(seconds: 10))
    #expect(ledger.state.accounts[WalletID("v")]?.nextHoldExpiry == nil)
    #expect(ledger.decide(ExpireDueHolds(), from: .ledger).reply == 3)
  }

  @Test("keeps its sums in range")
  func overflow() throws {
    var ledger = TestLedger()
    ledger.openWallet("w")
    let most = micros(Wallet.balanceRange.upperBound)
    _ = ledger.send(GrantCredits(WalletID("w"), most, memo: ""))
    let id = try ledger.placeHold("w", most, ttl: 60)
    #expect(ledger.capture(id, micros(.max)).refusal?.reason == .shortfallLimit)
    #expect(ledger.capture(id, most).refusal == nil)
    _ = ledger.send(GrantCredits(WalletID("w"), most, memo: ""))
    #expect(ledger.send(ExtendHold(id, additional: micros(1), ttl: nil)).refusal?.reason == .holdLimit)
    #expect(ledger.capture(id, micros(1)).refusal?.reason == .holdLimit)
    #expect(ledger.send(GrantCredits(WalletID("w"), micros(1), memo: "")).refusal?.reason == .balanceLimit)
  }
}
