import Ledger
import Testing

@Suite("A recharge")
struct RechargeTests {
  @Test(
    "changes only to states that its state allows",
    arguments: RechargeState.allCases
  )
  func transitions(from: RechargeState) {
    let allowed: Set<RechargeState> =
      switch from {
      case .processing: [.paid, .declined, .authenticationRequired, .failed, .needsReview]
      case .authenticationRequired: [.paid, .declined, .failed, .needsReview]
      case .needsReview: [.paid, .declined, .failed]
      case .declined, .failed: [.paid]
      case .paid: []
      }
    #expect(Set(RechargeState.allCases.filter { from.canBecome($0) }) == allowed)
    #expect(from.isTerminal == allowed.isSubset(of: [.paid]))
  }

  @Test("posts its credit and keeps its card only when it is paid")
  func paid() throws {
    var ledger = TestLedger()
    ledger.openWallet("w")
    let intent = ledger.send(StartRecharge(RechargeID("r"), WalletID("w"), usd(25), card("a")), key: "k")
    #expect(intent.reply?.recharge.state == .processing)
    #expect(intent.reply?.wallet.posted == 0)
    #expect(ledger.ask(GetPaymentMethod(WalletID("w"), nil)).refusal?.reason == .paymentMethodNotFound)
    let paid = ledger.settle("r", .paid(processorChargeID: "ch"))
    #expect(paid.reply?.wallet.posted == 25_000_000)
    let entryID = try #require(paid.reply?.recharge.entryID)
    #expect(entryID.record == ledger.state.position.record)
    #expect(ledger.state.accounts[WalletID("w")]?.openRecharge == nil)
    #expect(ledger.state.accounts[WalletID("w")]?.defaultPaymentMethod == PaymentMethodID("pm-a"))
  }

  @Test("whose first card is declined saves neither card nor credit, which is final for its key")
  func declined() {
    var ledger = TestLedger()
    ledger.openWallet("w")
    let recharge = StartRecharge(RechargeID("r"), WalletID("w"), usd(25), card("a"))
    _ = ledger.send(recharge, key: "k")
    let declined = ledger.settle("r", .declined(processorChargeID: "ch", code: "insufficient_funds"))
    #expect(declined.reply?.recharge.state == .declined)
    #expect(declined.reply?.recharge.explanation == "insufficient_funds")
    #expect(ledger.send(recharge, key: "k") == declined.asReplay)
    #expect(ledger.ask(GetRecharge(RechargeID("r"))).reply?.recharge.state == .declined)
    #expect(ledger.wallet("w")?.posted == 0)
    #expect(ledger.state.paymentMethods.isEmpty)
    #expect(ledger.send(StartRecharge(RechargeID("r2"), WalletID("w"), usd(25), card("b"))).refusal == nil)
  }

  @Test("keeps the wallet's one slot until it is final or needs review", arguments: RechargeState.allCases)
  func slot(state: RechargeState) {
    var ledger = TestLedger()
    ledger.openWallet("w")
    _ = ledger.send(StartRecharge(RechargeID("r"), WalletID("w"), usd(10), card("a")))
    if let settlement = Self.settlement(to: state) { _ = ledger.settle("r", settlement) }
    for second in [
      StartRecharge(RechargeID("r2"), WalletID("w"), usd(10), card("b")),
      ChangeCardAndPay(RechargeID("r3"), WalletID("w"), usd(10), card("c")),
    ] as [any Mutation] where state.hasSlot {
      let outcome = ledger.send(any: second)
      let open = ledger.state.recharges[RechargeID("r")]?.recharge
      #expect(outcome.refusal == .rechargeInProgress(RechargeID("r"), open))
    }
    #expect((ledger.state.accounts[WalletID("w")]?.openRecharge == nil) != state.hasSlot)
  }

  @Test("that is open is described to a caller who asks for another")
  func describedInRefusal() {
    var ledger = TestLedger()
    ledger.openWallet("w")
    _ = ledger.send(StartRecharge(RechargeID("r"), WalletID("w"), usd(10), card("a")))
    let second = StartRecharge(RechargeID("s"), WalletID("w"), usd(10), card("b"))
    let facts = ["recharge_id": "r", "expire_time": "1970-01-01T01:00:01Z"]
    #expect(ledger.send(second).refusal?.metadata == facts.merging(["state": "PROCESSING"]) { $1 })
    _ = ledger.settle("r", .authenticationRequired(processorChargeID: "ch", nextActionURL: "https://bank.example"))
    let waiting = ["state": "AUTHENTICATION_REQUIRED", "next_action_url": "https://bank.example"]
    #expect(ledger.send(second).refusal?.metadata == facts.merging(waiting) { $1 })
    let options = ledger.ask(GetRechargeOptions(WalletID("w"))).reply
    #expect(options?.openRecharge?.state == .authenticationRequired)
    #expect(options?.openRecharge?.slotExpiry == LedgerTime(microseconds: 3_601_000_000))
  }

  @Test("is credited once, however often its success is reported")
  func once() {
    var ledger = TestLedger()
    ledger.openWallet("w")
    _ = ledger.send(StartRecharge(RechargeID("r"), WalletID("w"), usd(10), card("a")))
    let first = ledger.settle("r", .paid(processorChargeID: "ch"))
    #expect(ledger.settle("r", .paid(processorChargeID: "ch")) == first)
    #expect(
      ledger.settle("r", .declined(processorChargeID: "ch", code: "x")).refusal?.reason == .rechargeAlreadySettled
    )
    #expect(ledger.settle("r", .paid(processorChargeID: "other")).refusal?.reason == .rechargeAlreadySettled)
    #expect(ledger.wallet("w")?.posted == 10_000_000)
  }

  @Test("cannot be paid by another recharge's processor charge")
  func sharedCharge() {
    var ledger = TestLedger()
    ledger.openWallet("v", funded: 10)
    ledger.openWallet("w")
    _ = ledger.send(StartRecharge(RechargeID("r"), WalletID("w"), usd(10), card("a")))
    #expect(ledger.settle("r", .paid(processorChargeID: "ch-fund-v")).reply?.recharge.state == .needsReview)
    #expect(ledger.wallet("w")?.posted == 0)
  }

  @Test("is replayed in its current state until it is final")
  func replayFollows() {
    var ledger = TestLedger()
    ledger.openWallet("w")
    let recharge = StartRecharge(RechargeID("r"), WalletID("w"), usd(10), card("a"))
    let first = ledger.send(recharge, key: "k")
    #expect(ledger.send(recharge, key: "k").result == first.result)
    _ = ledger.settle("r", .authenticationRequired(processorChargeID: "ch", nextActionURL: "https://example.org/3ds"))
    #expect(ledger.send(recharge, key: "k").reply?.recharge.state == .authenticationRequired)
    #expect(ledger.wallet("w")?.posted == 0)
    let paid = ledger.settle("r", .paid(processorChargeID: "ch"))
    _ = ledger.send(Charge(WalletID("w"), usd(1), .call, reference: ""))
    #expect(ledger.send(recharge, key: "k") == paid.asReplay)
  }

  @Test(
    "is refused for its amount, its currency or lack of a card",
    arguments: [
      (9_990_000, "USD", true, "AMOUNT_OUT_OF_RANGE"), (10_000_001, "USD", true, "AMOUNT_OUT_OF_RANGE"),
      (1_000_010_000, "USD", true, "AMOUNT_OUT_OF_RANGE"), (0, "USD", true, "AMOUNT_OUT_OF_RANGE"),
      (Int64.min, "USD", true, "AMOUNT_OUT_OF_RANGE"), (10_000_000, "EUR", true, "CURRENCY_MISMATCH"),
      (10_000_000, "USD", false, "PAYMENT_METHOD_REQUIRED"),
    ] as [(Int64, String, Bool, String)]
  )
  func refusals(amount: Int64, currency: String, withCard: Bool, reason: String) throws {
    var ledger = TestLedger()
    ledger.openWallet("w")
    let money = Money(micros: amount, currency: try #require(Currency(code: currency)))
    let outcome = ledger.send(StartRecharge(RechargeID("r"), WalletID("w"), money, withCard ? card("a") : nil))
    #expect(outcome.refusal?.reason.rawValue == reason)
    #expect(ledger.state.recharges.isEmpty)
    #expect(ledger.state.accounts[WalletID("w")]?.openRecharge == nil)
  }

  @Test("never accepts a card number as a token")
  func cardNumber() {
    var ledger = TestLedger()
    ledger.openWallet("w")
    var candidate = card("a")
    candidate.token = PaymentMethodToken("4242 4242 4242 4242")
    #expect(
      ledger.send(StartRecharge(RechargeID("r"), WalletID("w"), usd(10), candidate)).refusal?.reason
        == .cardNumberRefused
    )
    #expect(ledger.send(SavePaymentMethod(WalletID("w"), candidate)).refusal?.reason == .cardNumberRefused)
    candidate = card("a")
    candidate.billing.name = "J Doe 4242424242424242"
    #expect(ledger.send(SavePaymentMethod(WalletID("w"), candidate)).refusal?.reason == .cardNumberRefused)
    #expect(!"\(ledger.state.changes)".contains("4242 4242"))
  }

  @Test("needs review if its credit would leave the range of balances")
  func overflow() {
    var ledger = TestLedger()
    ledger.openWallet("w")
    _ = ledger.send(StartRecharge(RechargeID("r"), WalletID("w"), usd(10), card("a")))
    ledger.state.accounts[WalletID("w")]?.wallet.posted = Wallet.balanceRange.upperBound
    #expect(ledger.settle("r", .paid(processorChargeID: "ch")).reply?.recharge.state == .needsReview)
    #expect(
      ledger.send(StartRecharge(RechargeID("r2"), WalletID("w"), usd(10), card("a"))).refusal?.reason
        == .balanceLimit
    )
  }

  static func settlement(to state: RechargeState) -> Settlement? {
    switch state {
    case .processing: nil
    case .paid: .paid(processorChargeID: "ch")
    case .declined: .declined(processorChargeID: "ch", code: "card_declined")
    case .authenticationRequired: .authenticationRequired(processorChargeID: "ch", nextActionURL: "https://a.example")
    case .failed: .failed(processorChargeID: nil, explanation: "no")
    case .needsReview: .needsReview(explanation: "unknown")
    }
  }
}

@Suite("Change Card and Pay")
struct ChangeCardTests {
  @Test(
    "replaces the card in the commit that posts the credit, and in no other",
    arguments: RechargeState.allCases
  )
  func card(state: RechargeState) throws {
    var ledger = TestLedger()
    ledger.openWallet("w", funded: 10)
    let old = try #require(ledger.state.accounts[WalletID("w")]?.defaultPaymentMethod)
    _ = ledger.send(ChangeCardAndPay(RechargeID("r"), WalletID("w"), usd(20), LedgerTests.card("new")))
    if let settlement = RechargeTests.settlement(to: state) { _ = ledger.settle("r", settlement) }
    let account = try #require(ledger.state.accounts[WalletID("w")])
    #expect(account.defaultPaymentMethod == (state == .paid ? PaymentMethodID("pm-new") : old))
    #expect(account.wallet.posted == (state == .paid ? 30_000_000 : 10_000_000))
    #expect((ledger.state.paymentMethods[PaymentMethodID("pm-new")] != nil) == (state == .paid))
  }
}
