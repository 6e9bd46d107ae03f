import Ledger
import Testing

@Suite("An adjustment of a balance")
struct AdjustmentTests {
  private static let wallet = WalletID("w")

  private static func adjust(_ kind: AdjustBalance.Kind, _ micros: Int64, memo: String = "seen in the books")
    -> AdjustBalance
  {
    AdjustBalance(wallet, kind, Money(micros: micros, currency: .usd), memo: memo)
  }

  /// A wallet whose balance is `micros`, without holds.
  private static func ledger(with micros: Int64) throws -> TestLedger {
    var ledger = TestLedger()
    ledger.openWallet("w")
    if micros > 0 { _ = ledger.send(GrantCredits(wallet, Money(micros: micros, currency: .usd), memo: "")) }
    if micros < 0 { _ = ledger.send(adjust(.correction, micros)) }
    #expect(ledger.wallet("w")?.posted == micros)
    return ledger
  }

  @Test("has a memo, and an account of its own kind on the other side")
  func accounts() throws {
    for (kind, recorded, account, amount) in [
      (.openingBalance, .openingBalance, .openingBalances, 7_500_000), (.correction, .correction, .corrections, -2_300),
      (.writeOff, .writeOff, .writeOffs, -7_497_700),
    ] as [(AdjustBalance.Kind, RecordKind, CounterAccount, Int64)] {
      var ledger =
        kind == .openingBalance ? TestLedger() : try Self.ledger(with: 7_497_700 + (kind == .correction ? 2300 : 0))
      if kind == .openingBalance { ledger.openWallet("w") }
      let before = try #require(ledger.wallet("w")).posted
      let reply = try #require(ledger.send(Self.adjust(kind, amount, memo: "ticket 7")).reply)
      #expect(reply.entry.kind == recorded && reply.entry.counterAccount == account)
      #expect(reply.entry.reference == "ticket 7" && reply.entry.caller == "tester")
      #expect(reply.entry.amount == micros(amount) && reply.entry.shortfall == 0)
      #expect(reply.wallet.posted == before + amount)
      try ledger.prove()
    }
  }

  /// Balances that keep a wallet from being closed, and what is written off of each.
  @Test(
    "writes off a debt, or fractions of a cent, as the refusal to close advises, and then the wallet closes",
    arguments: [-30_000_000, -1, 1, 2_100, 850_001_000] as [Int64]
  )
  func closing(balance: Int64) throws {
    var ledger = try Self.ledger(with: balance)
    let refusal = try #require(ledger.send(CloseWallet(Self.wallet)).refusal)
    #expect(refusal.reason == .walletNotEmpty)
    #expect(refusal.sentence.contains("AdjustBalance"), "\(refusal.sentence)")
    let written = try #require(ledger.send(Self.adjust(.writeOff, -balance)).reply)
    #expect(written.wallet.posted == 0)
    #expect(ledger.send(CloseWallet(Self.wallet)).reply?.state == .closed)
    try ledger.prove()
  }

  @Test(
    "never writes off more than the balance, what is held, or in the other direction",
    arguments: [
      (0, 0, -1, 0), (0, 0, 1, 0), (5, 0, -6, -5), (5, 0, 1, -5), (5, 2, -4, -3), (5, 5, -1, 0), (-5, 0, 6, 5),
      (-5, 0, -1, 5), (5, 0, -9_000_000_000_000, -5),
    ] as [(Int64, Int64, Int64, Int64)]
  )
  func limits(balance: Int64, held: Int64, writtenOff: Int64, allowed: Int64) throws {
    var ledger = try Self.ledger(with: balance * 1_000_000)
    if held > 0 { _ = try ledger.placeHold("w", usd(held), ttl: 60) }
    let refusal = try #require(ledger.send(Self.adjust(.writeOff, writtenOff * 1_000_000)).refusal)
    #expect(refusal == .writeOffExceedsBalance(Self.wallet, allowed: usd(allowed)))
    guard allowed != 0 else { return #expect(refusal.sentence == "wallet w has nothing to write off") }
    #expect(refusal.sentence.contains("send \(usd(allowed)), or less of it, with a new key"))
    #expect(ledger.send(Self.adjust(.writeOff, allowed * 1_000_000)).refusal == nil)
    try ledger.prove()
  }

  @Test("is written off in a closed wallet too, which takes no other adjustment")
  func closed() throws {
    var ledger = TestLedger()
    ledger.openWallet("w", funded: 10)
    _ = ledger.send(Charge(Self.wallet, usd(10), .call, reference: ""))
    _ = ledger.send(CloseWallet(Self.wallet))
    _ = ledger.sendAsWorker(RecordDispute(DisputeID("d"), RechargeID("fund-w"), usd(10), .opened))
    #expect(ledger.wallet("w")?.posted == -10_000_000)
    #expect(ledger.send(Self.adjust(.correction, 10_000_000)).refusal?.reason == .walletClosed)
    #expect(ledger.send(Self.adjust(.openingBalance, 10_000_000)).refusal?.reason == .walletClosed)
    #expect(ledger.send(Self.adjust(.writeOff, 10_000_000)).reply?.wallet.posted == 0)
    try ledger.prove()
  }

  @Test("that takes more than there is names the shortfall, and spending resumes at zero")
  func shortfall() throws {
    var ledger = try Self.ledger(with: 4_000_000)
    _ = try ledger.placeHold("w", usd(1), ttl: 60)
    let taken = try #require(ledger.send(Self.adjust(.correction, -10_000_000)).reply)
    #expect(taken.entry.shortfall == 7_000_000 && taken.wallet.available == usd(-7))
    #expect(ledger.send(Charge(Self.wallet, micros(1), .call, reference: "")).refusal?.reason == .insufficientCredits)
    #expect(ledger.send(Self.adjust(.correction, 8_000_000)).reply?.wallet.available == usd(1))
    #expect(ledger.send(Charge(Self.wallet, usd(1), .call, reference: "")).refusal == nil)
    try ledger.prove()
  }

  @Test("opens a new wallet, also with a debt, and none that has changes already")
  func opening() throws {
    var ledger = TestLedger()
    ledger.openWallet("w")
    let opened = try #require(ledger.send(Self.adjust(.openingBalance, -3_000_000), key: "opening").reply)
    #expect(opened.wallet.posted == -3_000_000 && opened.entry.shortfall == 3_000_000)
    let again = try #require(ledger.send(Self.adjust(.openingBalance, -3_000_000)).refusal)
    #expect(again == .walletNotNew(Self.wallet) && again.sentence.contains("send a CORRECTION"))
    #expect(ledger.send(Self.adjust(.openingBalance, -3_000_000), key: "opening").isReplay)
    #expect(ledger.send(Self.adjust(.correction, 3_000_000)).reply?.wallet.posted == 0)
    try ledger.prove()
  }

  @Test("is taken from a frozen wallet too")
  func frozen() throws {
    var ledger = try Self.ledger(with: 5_000_000)
    _ = ledger.send(FreezeWallet(Self.wallet))
    #expect(ledger.send(Self.adjust(.correction, -1_000_000)).reply?.wallet.posted == 4_000_000)
    #expect(ledger.send(Self.adjust(.writeOff, -4_000_000)).reply?.wallet.posted == 0)
  }

  @Test(
    "is refused with an amount of zero, in another currency, or with a card number in its memo",
    arguments: AdjustBalance.Kind.allCases
  )
  func refusals(kind: AdjustBalance.Kind) throws {
    var ledger = TestLedger()
    ledger.openWallet("w")
    #expect(ledger.send(Self.adjust(kind, 0)).refusal?.field == "amount.micros")
    let euros = Money(micros: 1, currency: try #require(Currency(code: "EUR")))
    #expect(ledger.send(AdjustBalance(Self.wallet, kind, euros, memo: "m")).refusal?.reason == .currencyMismatch)
    #expect(ledger.send(Self.adjust(kind, 1, memo: "4242 4242 4242 4242")).refusal?.reason == .cardNumberRefused)
    #expect(ledger.send(AdjustBalance(WalletID("nobody"), kind, usd(1), memo: "m")).refusal?.reason == .walletNotFound)
    for least in [Int64.min, .max] {
      let reason = ledger.send(Self.adjust(kind, least)).refusal?.reason
      #expect(reason == (kind == .writeOff ? .writeOffExceedsBalance : .balanceLimit))
    }
    #expect(ledger.wallet("w")?.sequence == 1)
  }
}
