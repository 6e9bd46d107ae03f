import Ledger
import Testing

@Suite("What the processor tells by itself")
struct ProcessorEventTests {
  private var ledger = TestLedger()
  private let id = WalletID("w")
  private let first = PaymentMethodID("pm-fund-w")

  init() { ledger.openWallet("w", funded: 50) }

  private func kinds(since number: Int) -> [RecordKind] { ledger.state.changes.records[number...].map(\.kind) }

  // MARK: Cards

  @Test("a card that its network has issued anew shows the new digits, once, and pays as before")
  mutating func updated() throws {
    let renewed = Card(brand: "visa", last4: "1881", expiryMonth: 6, expiryYear: 2034)
    let before = ledger.state.changes.records.count
    #expect(ledger.sendAsWorker(UpdatePaymentMethod(first, renewed)).reply?.paymentMethod.card == renewed)
    #expect(ledger.sendAsWorker(UpdatePaymentMethod(first, renewed)).reply?.paymentMethod.card == renewed)
    #expect(kinds(since: before) == [.paymentMethodUpdated])
    #expect(ledger.ask(GetPaymentMethod(id, nil)).reply?.paymentMethod.card == renewed)
    #expect(ledger.wallet("w")?.posted == 50_000_000)
    try ledger.prove()
  }

  @Test("an update of a card that was removed meanwhile has no effect")
  mutating func updatedTooLate() {
    _ = ledger.send(RemovePaymentMethod(id, first))
    let before = ledger.state.changes.records.count
    let renewed = Card(brand: "visa", last4: "1881", expiryMonth: 6, expiryYear: 2034)
    #expect(ledger.sendAsWorker(UpdatePaymentMethod(first, renewed)).refusal == nil)
    #expect(ledger.sendAsWorker(InvalidatePaymentMethod(first)).refusal == nil)
    #expect(kinds(since: before) == [])
  }

  @Test("a card that the processor no longer has is charged no more, and the one saved last becomes the default")
  mutating func invalidated() throws {
    _ = ledger.send(SavePaymentMethod(id, card("b")))
    _ = ledger.send(SetDefaultPaymentMethod(id, first))
    let before = ledger.state.changes.records.count
    let reply = try #require(ledger.sendAsWorker(InvalidatePaymentMethod(first)).reply)
    #expect(reply.removed.state == .detached)
    #expect(reply.defaultPaymentMethod?.id.value == "pm-b")
    #expect(kinds(since: before) == [.paymentMethodInvalidated])
    #expect(ledger.ask(ListPaymentMethods(id)).reply?.paymentMethods.map(\.id.value) == ["pm-b"])
    try ledger.prove()
  }

  @Test("automatic recharges are suspended when the processor no longer has the last card")
  mutating func lastCard() throws {
    let terms = AutoRechargeTerms(threshold: usd(20), amount: usd(25))
    _ = ledger.send(SetAutoRecharge(id, AutoRechargeSettings(isEnabled: true, terms: terms)))
    let before = ledger.state.changes.records.count
    _ = ledger.sendAsWorker(InvalidatePaymentMethod(first))
    #expect(kinds(since: before) == [.paymentMethodInvalidated, .autoRechargeSuspended])
    try ledger.prove()
  }

  // MARK: Refunds made elsewhere

  private mutating func find(_ name: String, _ dollars: Int64) -> Outcome<RechargeRefundReply> {
    ledger.sendAsWorker(RecordFoundRefund(name, of: RechargeID("fund-w"), usd(dollars)))
  }

  @Test("a refund that was made at the processor is taken off the wallet, once")
  mutating func foundRefund() throws {
    let found = find("re_1", 20)
    #expect(found.reply?.refund.state == .refunded)
    #expect(found.reply?.entry?.amount == usd(-20))
    #expect(found.reply?.entry?.counterAccount == .processor)
    #expect(find("re_1", 20) == found)
    #expect(ledger.wallet("w")?.posted == 30_000_000)
    #expect(ledger.ask(GetRechargeHistory(RechargeID("fund-w"))).reply?.refundable == usd(30))
    try ledger.prove()
  }

  @Test("a refund that was made at the processor is credited again when the bank returns it")
  mutating func returnedRefund() throws {
    _ = find("re_1", 20)
    let failed = RefundSettlement.failed(processorRefundID: "re_1", explanation: "the card is closed")
    _ = ledger.sendAsWorker(SettleRechargeRefund(RechargeRefundID("re_1"), failed))
    #expect(ledger.wallet("w")?.posted == 50_000_000)
    try ledger.prove()
  }

  @Test("a refund of more than is left of its recharge is refused, and changes nothing")
  mutating func tooMuch() throws {
    _ = find("re_1", 40)
    #expect(find("re_2", 20).refusal?.reason == .refundExceedsRecharge)
    #expect(ledger.wallet("w")?.posted == 10_000_000)
    try ledger.prove()
  }

  @Test("a refund that was made at the processor is taken off beside one that is under way and has to fail then")
  mutating func besideOwnRefund() throws {
    let own = RechargeRefundID("own")
    _ = ledger.send(RefundRecharge(own, RechargeID("fund-w"), usd(40)), key: "own")
    #expect(find("re_1", 20).reply?.refund.state == .refunded)
    #expect(ledger.wallet("w")?.posted == 30_000_000)
    #expect(ledger.ask(GetRechargeHistory(RechargeID("fund-w"))).reply?.refundable == usd(0))
    let failed = RefundSettlement.failed(processorRefundID: nil, explanation: "less is left of the charge")
    _ = ledger.sendAsWorker(SettleRechargeRefund(own, failed))
    #expect(ledger.ask(GetRechargeHistory(RechargeID("fund-w"))).reply?.refundable == usd(30))
    #expect(ledger.wallet("w")?.posted == 30_000_000)
    try ledger.prove()
  }

  @Test("a refund may take a wallet below zero, because its credits may be spent")
  mutating func shortfall() throws {
    _ = ledger.send(Charge(id, usd(45), .call, reference: ""))
    let found = find("re_1", 20)
    #expect(found.reply?.entry?.shortfall == 15_000_000)
    #expect(ledger.wallet("w")?.posted == -15_000_000)
    try ledger.prove()
  }

  // MARK: Facts

  @Test("the first account of the processor stays the ledger's")
  mutating func account() {
    let (mine, other) = (ProcessorAccount(id: "acct_1", isLive: false), ProcessorAccount(id: "acct_1", isLive: true))
    #expect(decide(PinProcessorAccount(mine)).reply == mine)
    #expect(decide(PinProcessorAccount(other)).reply == mine)
    #expect(ledger.state.changes.facts.map(\.content) == [.processorAccount(mine)])
  }

  @Test("facts are chained, and a cursor that stays where it is makes none")
  mutating func chain() throws {
    for cursor in ["a", "a", "b"] { _ = decide(AdvanceEventCursor(to: cursor)) }
    #expect(ledger.state.changes.facts.map(\.content) == [.eventCursor("a"), .eventCursor("b")])
    var chain = ChainVerifier<LedgerFact>(sha256: TestLedger.sha256)
    for fact in ledger.state.changes.facts { try chain.check(fact) }
    try chain.finish(at: ledger.state.position.fact, ledger.state.position.factHash)
  }

  private mutating func decide<Asked: Operation>(_ operation: Asked) -> Outcome<Asked.Reply> {
    operation.decide(by: ledger.rules, in: &ledger.state, at: ledger.now)
  }
}
