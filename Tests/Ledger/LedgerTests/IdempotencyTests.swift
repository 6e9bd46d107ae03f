import Ledger
import Testing

@Suite("An idempotency key")
struct IdempotencyTests {
  @Test("replays the same answer for the same request, and has one effect")
  func replays() {
    var ledger = TestLedger()
    ledger.openWallet("w", funded: 10)
    let charge = Charge(WalletID("w"), usd(1), .call, reference: "a")
    let first = ledger.send(charge, key: "k")
    _ = ledger.send(Charge(WalletID("w"), usd(2), .call, reference: "b"))
    let second = ledger.send(charge, key: "k")
    #expect(!first.isReplay)
    #expect(second.isReplay)
    #expect(second.result == first.result)
    #expect(ledger.wallet("w")?.posted == 7_000_000)
  }

  @Test("is refused for any other request, which has no effect")
  func reused() {
    var ledger = TestLedger()
    ledger.openWallet("w", funded: 10)
    _ = ledger.send(Charge(WalletID("w"), usd(1), .call, reference: "a"), key: "k")
    for other in [
      Charge(WalletID("w"), usd(2), .call, reference: "a"),
      Charge(WalletID("w"), usd(1), .text, reference: "a"),
      Charge(WalletID("w"), usd(1), .call, reference: "b"),
      CreateWallet(WalletID("v"), .usd),
    ] as [any Mutation] {
      #expect(ledger.send(any: other, key: "k").refusal?.reason == .idempotencyKeyReused)
    }
    #expect(ledger.wallet("w")?.posted == 9_000_000)
    #expect(ledger.wallet("v") == nil)
  }

  @Test("belongs to its caller alone")
  func scoped() {
    var ledger = TestLedger()
    ledger.openWallet("w", funded: 10)
    let charge = Charge(WalletID("w"), usd(1), .call, reference: "a")
    #expect(!ledger.send(charge, key: "k", caller: "alice").isReplay)
    #expect(!ledger.send(charge, key: "k", caller: "bob").isReplay)
    #expect(ledger.wallet("w")?.posted == 8_000_000)
  }

  @Test("keeps a remembered refusal, even after its cause has passed")
  func remembered() {
    var ledger = TestLedger()
    ledger.openWallet("w")
    let charge = Charge(WalletID("w"), usd(1), .call, reference: "")
    let first = ledger.send(charge, key: "k")
    #expect(first.refusal?.reason == .insufficientCredits)
    _ = ledger.send(StartRecharge(RechargeID("r"), WalletID("w"), usd(10), card("a")))
    _ = ledger.settle("r", .paid(processorChargeID: "ch"))
    let second = ledger.send(charge, key: "k")
    #expect(second.result == first.result)
    #expect(second.isReplay)
    #expect(ledger.send(charge, key: "new").reply?.wallet.posted == 9_000_000)
  }

  @Test("does not remember a refusal that the caller can correct or wait out")
  func forgotten() {
    var ledger = TestLedger()
    let charge = Charge(WalletID("w"), usd(1), .call, reference: "")
    #expect(ledger.send(charge, key: "k").refusal?.reason == .walletNotFound)
    ledger.openWallet("w", funded: 10)
    #expect(ledger.send(charge, key: "k").reply?.wallet.posted == 9_000_000)
  }

  /// The table of the contract: which reasons are final for their key.
  @Test(
    "remembers exactly the refusals that the contract names",
    arguments: [
      (Refusal.fieldInvalid(field: "f", description: ""), false), (.amountOutOfRange(field: "f", rule: ""), false),
      (.currencyMismatch(given: .usd, expected: .usd, field: "f"), false),
      (.currencyUnsupported(.usd, field: "f"), false),
      (.cardNumberRefused(field: "f"), false), (.idempotencyKeyRequired, false),
      (.walletNotFound(WalletID("w")), false), (.rechargeNotFound(RechargeID("r")), false),
      (.paymentMethodNotFound(WalletID("w")), false), (.walletExists(WalletID("w")), true),
      (.insufficientCredits(available: micros(0), required: micros(1)), true), (.walletFrozen(WalletID("w")), true),
      (.walletClosed(WalletID("w")), true), (.paymentMethodRequired(WalletID("w")), true),
      (.paymentDeclined(WalletID("w"), code: "c"), true), (.idempotencyKeyReused, false),
      (.rechargeInProgress(RechargeID("r")), false),
    ] as [(Refusal, Bool)]
  )
  func table(refusal: Refusal, remembered: Bool) throws {
    #expect(refusal.isRemembered == remembered)
    #expect(!refusal.sentence.isEmpty)
    guard remembered else { return }
    #expect(try Refusal(canonicalBytes: refusal.canonicalBytes) == refusal)
  }

  @Test("can be looked up before work that a replay must not repeat")
  func recorded() {
    var ledger = TestLedger()
    ledger.openWallet("w")
    let save = SavePaymentMethod(WalletID("w"), card("a"))
    let origin = TestLedger.origin(of: save, key: "k")
    let recorded = GetRecordedOutcome<SavePaymentMethod>(from: origin)
    #expect(ledger.ask(recorded).result == .success(nil))
    let first = ledger.send(save, key: "k")
    #expect(ledger.ask(recorded).result == .success(first.asReplay))
    let other = TestLedger.origin(of: SavePaymentMethod(WalletID("w"), card("b")), key: "k")
    #expect(ledger.ask(GetRecordedOutcome<SavePaymentMethod>(from: other)).refusal == .idempotencyKeyReused)
    // A recorded refusal is the answer to the question, not a refusal of the question.
    let charge = Charge(WalletID("w"), usd(1), .call, reference: "")
    let refused = ledger.send(charge, key: "c")
    #expect(refused.refusal?.reason == .insufficientCredits)
    let recordedCharge = GetRecordedOutcome<Charge>(from: TestLedger.origin(of: charge, key: "c"))
    #expect(ledger.ask(recordedCharge).result == .success(refused.asReplay))
  }
}
