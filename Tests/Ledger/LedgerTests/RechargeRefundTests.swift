import Ledger
import Testing

/// A wallet with a recharge of $50.
private struct RechargedWallet {
  var ledger = TestLedger()
  let id = WalletID("w")
  let recharge = RechargeID("fund-w")

  init() { ledger.openWallet("w", funded: 50) }

  mutating func refund(_ name: String, _ amount: Money) -> Outcome<RechargeRefundReply> {
    ledger.send(RefundRecharge(RechargeRefundID(name), recharge, amount), key: "key-\(name)")
  }

  mutating func settle(_ name: String, _ settlement: RefundSettlement) -> Outcome<RechargeRefundReply> {
    ledger.sendAsWorker(SettleRechargeRefund(RechargeRefundID(name), settlement))
  }

  mutating func dispute(_ name: String, _ amount: Money, _ state: DisputeState) -> Outcome<DisputeReply> {
    ledger.sendAsWorker(RecordDispute(DisputeID(name), recharge, amount, state))
  }

  mutating func spend(_ dollars: Int64) -> Outcome<EntryReply> {
    ledger.send(Charge(id, usd(dollars), .call, reference: ""))
  }

  var dollars: Int64? { ledger.wallet("w").map { $0.posted / 1_000_000 } }
  var refundable: Int64? {
    mutating get { ledger.ask(GetRechargeHistory(recharge)).reply.map { $0.refundable.micros / 1_000_000 } }
  }
}

@Suite("Refunds of recharges")
struct RechargeRefundTests {
  @Test("debit the wallet once the processor has made the refund")
  func refunded() throws {
    var wallet = RechargedWallet()
    #expect(wallet.refund("f", usd(20)).reply?.refund.state == .processing)
    #expect(wallet.dollars == 50)
    #expect(wallet.refundable == 30)
    let refunded = wallet.settle("f", .refunded(processorRefundID: "re"))
    #expect(wallet.dollars == 30)
    let entry = try #require(refunded.reply?.entry)
    #expect(entry.amount == usd(-20))
    #expect(entry.counterAccount == .processor)
    #expect(entry.rechargeID == wallet.recharge)
    #expect(entry.rechargeRefundID == RechargeRefundID("f"))
    #expect(entry.caller == "tester")
    #expect(wallet.settle("f", .refunded(processorRefundID: "re")) == refunded)
    #expect(wallet.dollars == 30)
    try wallet.ledger.prove()
  }

  @Test("never exceed what was paid, including those under way")
  func bounds() throws {
    var wallet = RechargedWallet()
    _ = wallet.refund("a", usd(30))
    #expect(wallet.refund("b", usd(21)).refusal?.reason == .refundExceedsRecharge)
    #expect(wallet.refund("c", usd(20)).refusal == nil)
    _ = wallet.settle("a", .failed(processorRefundID: nil, explanation: "no"))
    #expect(wallet.refundable == 30)
    #expect(wallet.refund("d", usd(30)).refusal == nil)
    #expect(wallet.refund("e", micros(10_000)).refusal?.reason == .refundExceedsRecharge)
    try wallet.ledger.prove()
  }

  @Test(
    "are refused for an invalid amount",
    arguments: [
      (micros(0), "AMOUNT_OUT_OF_RANGE"), (micros(-10_000), "AMOUNT_OUT_OF_RANGE"),
      (micros(10_001), "AMOUNT_OUT_OF_RANGE"),
      (Money(micros: 10_000, currency: Currency(code: "EUR") ?? .usd), "CURRENCY_MISMATCH"),
    ]
  )
  func amounts(amount: Money, reason: String) {
    var wallet = RechargedWallet()
    #expect(wallet.refund("f", amount).refusal?.reason.rawValue == reason)
  }

  @Test("of a recharge that was not paid are refused")
  func unpaid() {
    var wallet = RechargedWallet()
    _ = wallet.ledger.send(StartRecharge(RechargeID("r"), wallet.id, usd(10), nil))
    let refund = RefundRecharge(RechargeRefundID("f"), RechargeID("r"), usd(10))
    #expect(wallet.ledger.send(refund).refusal?.reason == .rechargeNotRefundable)
    let unknown = RefundRecharge(RechargeRefundID("f"), RechargeID("x"), usd(10))
    #expect(wallet.ledger.send(unknown).refusal?.reason == .rechargeNotFound)
  }

  @Test("of credits that were spent report the shortfall, and spending resumes at zero")
  func shortfall() throws {
    var wallet = RechargedWallet()
    _ = wallet.spend(45)
    _ = wallet.refund("f", usd(20))
    let entry = wallet.settle("f", .refunded(processorRefundID: "re")).reply?.entry
    #expect(entry?.shortfall == 15_000_000)
    #expect(wallet.dollars == -15)
    #expect(wallet.spend(1).refusal?.reason == .insufficientCredits)
    _ = wallet.ledger.send(GrantCredits(wallet.id, usd(16), memo: ""))
    #expect(wallet.spend(1).refusal == nil)
    try wallet.ledger.prove()
  }

  @Test("that a bank returns days later are credited again, once")
  func returned() throws {
    var wallet = RechargedWallet()
    _ = wallet.refund("f", usd(20))
    _ = wallet.settle("f", .refunded(processorRefundID: "re"))
    let failed = RefundSettlement.failed(processorRefundID: "re", explanation: "the account is closed")
    for _ in 1...2 { #expect(wallet.settle("f", failed).reply?.entry?.amount == usd(20)) }
    #expect(wallet.dollars == 50)
    #expect(wallet.settle("f", .refunded(processorRefundID: "re")).refusal?.reason == .refundAlreadySettled)
    #expect(wallet.dollars == 50)
    #expect(wallet.refundable == 50)
    try wallet.ledger.prove()
  }

  @Test("that were given up and prove to be made are debited, once", arguments: [false, true])
  func madeAfterAll(byHand: Bool) throws {
    var wallet = RechargedWallet()
    _ = wallet.refund("f", usd(20))
    let failed = RefundSettlement.failed(processorRefundID: nil, explanation: "refused")
    if byHand {
      _ = wallet.settle("f", .needsReview(explanation: "unknown for an hour"))
      _ = wallet.ledger.send(SettleRechargeRefundReview(RechargeRefundID("f"), failed, memo: "seen"))
    } else {
      _ = wallet.settle("f", failed)
    }
    #expect(wallet.dollars == 50)
    for _ in 1...2 {
      #expect(wallet.settle("f", .refunded(processorRefundID: "re")).reply?.entry?.amount == usd(-20))
    }
    #expect(wallet.dollars == 30)
    // The bank may return it like any other, and then it is not made again.
    _ = wallet.settle("f", .failed(processorRefundID: "re", explanation: "the account is closed"))
    #expect(wallet.settle("f", .refunded(processorRefundID: "re")).refusal?.reason == .refundAlreadySettled)
    #expect(wallet.dollars == 50)
    try wallet.ledger.prove()
  }

  @Test("are replayed in their current state")
  func replay() {
    var wallet = RechargedWallet()
    let first = wallet.refund("f", usd(20))
    #expect(wallet.refund("f", usd(20)) == first.asReplay)
    let settled = wallet.settle("f", .refunded(processorRefundID: "re"))
    #expect(wallet.refund("f", usd(20)) == settled.asReplay)
    let other = RefundRecharge(RechargeRefundID("g"), wallet.recharge, usd(10))
    #expect(wallet.ledger.send(other, key: "key-f").refusal?.reason == .idempotencyKeyReused)
    // The recharge's own key still replays the recharge.
    let recharge = StartRecharge(RechargeID("x"), wallet.id, usd(50), card("fund-w"))
    #expect(wallet.ledger.send(recharge, key: "own-2").reply?.recharge.state == .paid)
  }

  @Test("keep a wallet from being closed while they are under way")
  func closing() throws {
    var wallet = RechargedWallet()
    _ = wallet.spend(50)
    _ = wallet.refund("f", usd(20))
    #expect(wallet.ledger.send(CloseWallet(wallet.id), key: "close").refusal?.reason == .refundInProgress)
    _ = wallet.settle("f", .failed(processorRefundID: nil, explanation: "no"))
    #expect(wallet.ledger.send(CloseWallet(wallet.id), key: "close").refusal == nil)
    #expect(wallet.refund("g", usd(20)).refusal?.reason == .walletClosed)
    try wallet.ledger.prove()
  }

  @Test("and recharges that need review are settled by hand, with a memo")
  func reviews() throws {
    var wallet = RechargedWallet()
    _ = wallet.refund("f", usd(20))
    _ = wallet.settle("f", .needsReview(explanation: "unknown"))
    let refunded = SettleRechargeRefundReview(
      RechargeRefundID("f"),
      .refunded(processorRefundID: "re"),
      memo: "seen"
    )
    #expect(wallet.ledger.send(refunded).reply?.entry?.reference == "seen")
    #expect(wallet.dollars == 30)
    #expect(wallet.ledger.send(refunded).refusal?.reason == .notInReview)

    _ = wallet.refund("g", usd(10))
    _ = wallet.settle("g", .needsReview(explanation: "unknown"))
    let again = SettleRechargeRefundReview(RechargeRefundID("g"), .refunded(processorRefundID: "re"), memo: "seen")
    #expect(wallet.ledger.send(again).refusal?.reason == .processorRefundTaken)
    let none = SettleRechargeRefundReview(
      RechargeRefundID("g"),
      .failed(processorRefundID: nil, explanation: "seen"),
      memo: "seen"
    )
    #expect(wallet.ledger.send(none).reply?.refund.state == .failed)

    wallet.ledger.openWallet("v")
    let id = RechargeID("r")
    _ = wallet.ledger.send(StartRecharge(id, wallet.id, usd(10), nil))
    let taken = SettleRechargeReview(id, .paid(processorChargeID: "ch-fund-w"), memo: "seen")
    #expect(wallet.ledger.send(taken).refusal?.reason == .notInReview)
    _ = wallet.ledger.settle("r", .needsReview(explanation: "unknown"))
    #expect(wallet.ledger.send(taken).refusal?.reason == .processorChargeTaken)
    // The processor named another charge before. The person's evidence overrides it.
    let confused = Settlement.authenticationRequired(processorChargeID: "ch-0", nextActionURL: "u")
    _ = wallet.ledger.send(StartRecharge(RechargeID("s"), WalletID("v"), usd(10), card("s")))
    _ = wallet.ledger.settle("s", confused)
    _ = wallet.ledger.settle("s", .paid(processorChargeID: "ch-s"))
    let seen = SettleRechargeReview(RechargeID("s"), .paid(processorChargeID: "ch-s"), memo: "seen")
    #expect(wallet.ledger.send(seen).reply?.recharge.state == .paid)
    #expect(wallet.ledger.wallet("v")?.posted == 10_000_000)
    let paid = SettleRechargeReview(id, .paid(processorChargeID: "ch-r"), memo: "seen")
    #expect(wallet.ledger.send(paid).reply?.entry?.reference == "seen")
    #expect(wallet.dollars == 40)
    #expect(wallet.ledger.state.accounts[wallet.id]?.openRecharge == nil)
    let card = SettleRechargeReview(id, .failed(processorChargeID: nil, explanation: "x"), memo: "4242424242424242")
    #expect(wallet.ledger.send(card).refusal?.reason == .cardNumberRefused)
    try wallet.ledger.prove()
  }
}

@Suite("Disputes")
struct DisputeTests {
  /// The updates of a dispute, and the wallet's balance after each, starting from $50.
  static let courses: [(updates: [(DisputeState, Int64)], balances: [Int64])] = [
    ([(.opened, 50)], [0]), ([(.opened, 50), (.opened, 50)], [0, 0]), ([(.opened, 50), (.won, 50)], [0, 50]),
    ([(.opened, 50), (.lost, 50)], [0, 0]), ([(.opened, 30), (.opened, 40), (.lost, 50)], [20, 10, 0]),
    ([(.won, 50), (.opened, 50)], [50, 50]), ([(.lost, 50), (.opened, 50)], [0, 0]),
    ([(.opened, 50), (.won, 50), (.opened, 50), (.won, 50)], [0, 50, 50, 50]),
    ([(.opened, 50), (.won, 50), (.lost, 50)], [0, 50, 50]),
  ]

  @Test(
    "post what the bank has taken and returned, however often and in whatever order it is reported",
    arguments: courses.indices
  )
  func course(index: Int) throws {
    var wallet = RechargedWallet()
    for (update, balance) in zip(Self.courses[index].updates, Self.courses[index].balances) {
      _ = wallet.dispute("d", usd(update.1), update.0)
      #expect(wallet.dollars == balance)
    }
    try wallet.ledger.prove()
  }

  @Test("keep a wallet from being closed until the bank has decided; money that comes back later can still be refunded")
  func closing() throws {
    var wallet = RechargedWallet()
    _ = wallet.dispute("d", usd(50), .opened)
    #expect(wallet.ledger.send(CloseWallet(wallet.id), key: "close").refusal?.reason == .disputeOpen)
    _ = wallet.dispute("d", usd(50), .lost)
    #expect(wallet.ledger.send(CloseWallet(wallet.id), key: "close").refusal == nil)

    var other = RechargedWallet()
    _ = other.refund("f", usd(50))
    _ = other.settle("f", .refunded(processorRefundID: "re"))
    _ = other.ledger.send(CloseWallet(other.id))
    _ = other.settle("f", .failed(processorRefundID: "re", explanation: "the account is closed"))
    #expect(other.dollars == 50)
    #expect(other.refund("g", usd(50)).reply?.refund.state == .processing)
    _ = other.settle("g", .refunded(processorRefundID: "re2"))
    #expect(other.dollars == 0)
    #expect(other.refund("h", usd(10)).refusal?.reason == .walletClosed)
    try other.ledger.prove()
  }

  @Test("belong to one recharge each")
  func oneRecharge() throws {
    var wallet = RechargedWallet()
    _ = wallet.dispute("d", usd(50), .opened)
    _ = wallet.ledger.send(StartRecharge(RechargeID("r"), wallet.id, usd(20), nil))
    _ = wallet.ledger.settle("r", .paid(processorChargeID: "ch-r"))
    let again = wallet.ledger.sendAsWorker(RecordDispute(DisputeID("d"), RechargeID("r"), usd(20), .opened))
    #expect(again.refusal?.reason == .disputeImplausible)
    #expect(wallet.dollars == 20)
  }

  @Test("of spent credits report the shortfall, also on frozen and closed wallets")
  func shortfall() throws {
    var wallet = RechargedWallet()
    _ = wallet.spend(50)
    _ = wallet.ledger.send(FreezeWallet(wallet.id))
    _ = wallet.dispute("e", usd(1), .opened)
    #expect(wallet.dollars == -1)
    _ = wallet.dispute("e", usd(1), .won)
    _ = wallet.ledger.send(UnfreezeWallet(wallet.id))
    _ = wallet.ledger.send(CloseWallet(wallet.id))
    let entry = wallet.dispute("d", usd(50), .opened).reply?.entry
    #expect(entry?.shortfall == 50_000_000)
    #expect(entry?.counterAccount == .disputes)
    #expect(entry?.disputeID == DisputeID("d"))
    #expect(wallet.dollars == -50)
    _ = wallet.dispute("d", usd(50), .won)
    #expect(wallet.dollars == 0)
    try wallet.ledger.prove()
  }

  @Test("reduce what can be refunded, and are not reduced by refunds")
  func refunds() throws {
    var wallet = RechargedWallet()
    _ = wallet.refund("f", usd(20))
    _ = wallet.settle("f", .refunded(processorRefundID: "re"))
    _ = wallet.dispute("d", usd(20), .opened)
    #expect(wallet.refundable == 10)
    #expect(wallet.refund("g", usd(11)).refusal?.reason == .refundExceedsRecharge)
    _ = wallet.dispute("d", usd(20), .won)
    #expect(wallet.refundable == 30)
    try wallet.ledger.prove()
  }

  @Test("of one recharge take together no more than it has credited")
  func capped() throws {
    var wallet = RechargedWallet()
    #expect(wallet.dispute("d", usd(30), .opened).reply?.dispute.amount == usd(30))
    #expect(wallet.dispute("e", usd(50), .opened).reply?.dispute.amount == usd(20))
    #expect(wallet.dollars == 0)
    #expect(wallet.dispute("f", usd(50), .opened).reply?.dispute.amount == usd(0))
    // A repeated event changes nothing.
    let sequence = wallet.ledger.wallet("w")?.sequence
    #expect(wallet.dispute("e", usd(50), .opened).reply?.dispute.amount == usd(20))
    #expect(wallet.ledger.wallet("w")?.sequence == sequence)
    // What one of them returns, another one's end may take.
    _ = wallet.dispute("d", usd(30), .won)
    #expect(wallet.dollars == 30)
    #expect(wallet.dispute("e", usd(50), .lost).reply?.dispute.amount == usd(50))
    #expect(wallet.dollars == 0)
    #expect(wallet.dispute("f", usd(50), .lost).reply?.entry == nil)
    #expect(wallet.dollars == 0)
    try wallet.ledger.prove()
  }

  @Test("of nothing take nothing, and give back what they took before")
  func ofNothing() throws {
    var wallet = RechargedWallet()
    let opened = try #require(wallet.dispute("d", usd(0), .opened).reply)
    #expect(opened.dispute.amount == usd(0) && opened.entry == nil && wallet.dollars == 50)
    #expect(wallet.dispute("d", usd(30), .opened).reply?.dispute.amount == usd(30))
    #expect(wallet.dollars == 20)
    #expect(wallet.dispute("d", usd(0), .opened).reply?.entry?.amount == usd(30))
    #expect(wallet.dispute("d", usd(0), .lost).reply?.dispute.state == .lost)
    #expect(wallet.dollars == 50)
    try wallet.ledger.prove()
  }

  @Test("of less than nothing, of more than was paid, or in another currency, are refused")
  func implausible() {
    var wallet = RechargedWallet()
    #expect(wallet.dispute("d", usd(51), .opened).refusal?.reason == .disputeImplausible)
    #expect(wallet.dispute("d", micros(-1), .opened).refusal?.reason == .disputeImplausible)
    let euros = Money(micros: 10, currency: Currency(code: "EUR") ?? .usd)
    #expect(wallet.dispute("d", euros, .opened).refusal?.reason == .disputeImplausible)
    #expect(wallet.dollars == 50)
  }

  @Test("suspend automatic recharges: the card is not charged again unless the customer asks")
  func autoRecharge() throws {
    var wallet = RechargedWallet()
    let terms = AutoRechargeTerms(threshold: usd(20), amount: usd(25))
    let settings = AutoRechargeSettings(isEnabled: true, terms: terms)
    _ = wallet.ledger.send(SetAutoRecharge(wallet.id, settings))
    _ = wallet.dispute("d", usd(50), .opened)
    #expect(wallet.dollars == 0)
    #expect(wallet.ledger.state.accounts[wallet.id]?.openRecharge == nil)
    #expect(wallet.ledger.wallet("w")?.autoRecharge?.status == .suspended)
    _ = wallet.ledger.send(ResumeAutoRecharge(wallet.id))
    let open = try #require(wallet.ledger.state.accounts[wallet.id]?.openRecharge)
    // The end of a dispute that was known when the customer resumed does not suspend again.
    _ = wallet.dispute("d", usd(50), .lost)
    #expect(wallet.ledger.wallet("w")?.autoRecharge?.status == .charging)
    _ = wallet.ledger.settle(open.value, .paid(processorChargeID: "ch-2"))
    #expect(wallet.ledger.wallet("w")?.autoRecharge?.status == .cooldown)
    try wallet.ledger.prove()
  }

  @Test(
    "suspend automatic recharges after the one under way, however it and the dispute end",
    arguments: [Settlement.paid(processorChargeID: "ch-2"), .declined(processorChargeID: nil, code: "x")],
    [DisputeState.opened, .lost]
  )
  func underWay(settlement: Settlement, state: DisputeState) throws {
    var wallet = RechargedWallet()
    let terms = AutoRechargeTerms(threshold: usd(20), amount: usd(25))
    let settings = AutoRechargeSettings(isEnabled: true, terms: terms)
    _ = wallet.ledger.send(SetAutoRecharge(wallet.id, settings))
    _ = wallet.spend(40)
    let open = try #require(wallet.ledger.state.accounts[wallet.id]?.openRecharge)
    _ = wallet.dispute("d", usd(50), .opened)
    if state == .lost { _ = wallet.dispute("d", usd(50), .lost) }
    #expect(wallet.ledger.wallet("w")?.autoRecharge?.status == .charging)
    _ = wallet.ledger.settle(open.value, settlement)
    guard case .suspended(_, "disputed")? = wallet.ledger.wallet("w")?.autoRecharge?.phase else {
      Issue.record("\(String(describing: wallet.ledger.wallet("w")?.autoRecharge?.phase))")
      return
    }
    try wallet.ledger.prove()
  }
}
