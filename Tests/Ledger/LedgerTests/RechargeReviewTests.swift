import Ledger
import Testing

/// A wallet with $10, a card, and a recharge of $20 that needs review.
private struct ReviewedWallet {
  var ledger = TestLedger()
  let id = WalletID("w")
  let reviewed = RechargeID("r")

  init(with candidate: CandidateCard? = nil) {
    ledger.openWallet("w", funded: 10)
    _ = ledger.send(StartRecharge(reviewed, id, usd(20), candidate))
    if let candidate { _ = ledger.sendAsWorker(AttachCard(reviewed, candidate.token, candidate.card)) }
    _ = ledger.settle("r", .needsReview(explanation: "unknown for an hour"))
  }

  var account: Account? { ledger.state.accounts[id] }
  var dollars: Int64? { ledger.wallet("w").map { $0.posted / 1_000_000 } }
}

private let paid = Settlement.paid(processorChargeID: "ch-r")

@Suite("A recharge in review")
struct RechargeReviewTests {
  @Test("leaves the slot to a recharge that the customer asks for, and is credited late beside it")
  func slot() throws {
    var wallet = ReviewedWallet()
    #expect(wallet.account?.openRecharge == nil && wallet.account?.rechargesInReview == 1)
    _ = wallet.ledger.send(StartRecharge(RechargeID("s"), wallet.id, usd(30), nil))
    #expect(wallet.account?.openRecharge == RechargeID("s"))
    #expect(wallet.ledger.settle("r", paid).reply?.entry?.amount == usd(20))
    #expect(wallet.dollars == 30)
    #expect(wallet.account?.openRecharge == RechargeID("s") && wallet.account?.rechargesInReview == 0)
    _ = wallet.ledger.settle("s", .paid(processorChargeID: "ch-s"))
    #expect(wallet.dollars == 60)
    try wallet.ledger.prove()
  }

  @Test("leaves it to a change of the card, and to as many others as come into review")
  func several() throws {
    var wallet = ReviewedWallet()
    for name in ["s", "t"] {
      _ = wallet.ledger.send(ChangeCardAndPay(RechargeID(name), wallet.id, usd(30), card(name)))
      #expect(wallet.account?.openRecharge == RechargeID(name))
      _ = wallet.ledger.settle(name, .needsReview(explanation: "unknown for an hour"))
    }
    #expect(wallet.account?.rechargesInReview == 3)
    _ = wallet.ledger.settle("s", .failed(processorChargeID: nil, explanation: "no"))
    _ = wallet.ledger.settle("t", .paid(processorChargeID: "ch-t"))
    #expect(wallet.account?.rechargesInReview == 1)
    #expect(wallet.account?.defaultPaymentMethod == card("t").id)
    try wallet.ledger.prove()
  }

  @Test(
    "keeps automatic recharges from starting until it is settled",
    arguments: [paid, .declined(processorChargeID: nil, code: "x")]
  )
  func automatic(settlement: Settlement) throws {
    var wallet = ReviewedWallet()
    let terms = AutoRechargeTerms(threshold: usd(50), amount: usd(25))
    _ = wallet.ledger.send(SetAutoRecharge(wallet.id, AutoRechargeSettings(isEnabled: true, terms: terms)))
    #expect(wallet.account?.openRecharge == nil)
    let explanation = try #require(wallet.ledger.ask(GetAutoRecharge(wallet.id)).reply?.explanation)
    #expect(explanation.contains("needs review"))
    // Nor does the end of another recharge start one.
    _ = wallet.ledger.send(StartRecharge(RechargeID("s"), wallet.id, usd(10), nil))
    _ = wallet.ledger.settle("s", .paid(processorChargeID: "ch-s"))
    #expect(wallet.account?.openRecharge == nil)
    _ = wallet.ledger.settle("r", settlement)
    let open = try #require(wallet.account?.openRecharge)
    #expect(wallet.ledger.state.recharges[open]?.recharge.purpose == .autoRecharge)
    try wallet.ledger.prove()
  }

  @Test(
    "saves its card when it is paid, unless the customer has added a newer one meanwhile",
    arguments: [false, true]
  )
  func newerCard(hasNewer: Bool) throws {
    var wallet = ReviewedWallet(with: card("late"))
    wallet.ledger.now = wallet.ledger.now.adding(seconds: 7200)
    if hasNewer { _ = wallet.ledger.send(SavePaymentMethod(wallet.id, card("newer"))) }
    let reply = try #require(wallet.ledger.settle("r", paid).reply)
    #expect(wallet.account?.defaultPaymentMethod == card(hasNewer ? "newer" : "late").id)
    #expect(reply.removedPaymentMethod?.id == (hasNewer ? card("late").id : nil))
    #expect(wallet.dollars == 30)
    try wallet.ledger.prove()
  }

  @Test("keeps its card at the processor while another recharge with the same card is declined")
  func sharedToken() throws {
    var wallet = ReviewedWallet(with: card("late"))
    var again = card("again")
    again.token = card("late").token
    _ = wallet.ledger.send(StartRecharge(RechargeID("s"), wallet.id, usd(20), again))
    _ = wallet.ledger.sendAsWorker(AttachCard(RechargeID("s"), again.token, again.card))
    let declined = wallet.ledger.settle("s", .declined(processorChargeID: "ch-s", code: "do_not_honor"))
    // Another card has its token, so it is not to be detached.
    #expect(declined.reply?.removedPaymentMethod?.state == .detached)
    _ = wallet.ledger.settle("r", paid)
    #expect(wallet.account?.defaultPaymentMethod == card("late").id)
    try wallet.ledger.prove()
  }

  @Test("keeps its wallet from being closed")
  func closing() throws {
    var wallet = ReviewedWallet()
    _ = wallet.ledger.send(Charge(wallet.id, usd(10), .call, reference: ""))
    #expect(wallet.ledger.send(CloseWallet(wallet.id), key: "close").refusal == .rechargeInReview(wallet.id))
    _ = wallet.ledger.settle("r", .failed(processorChargeID: nil, explanation: "no"))
    #expect(wallet.ledger.send(CloseWallet(wallet.id), key: "close").refusal == nil)
    try wallet.ledger.prove()
  }

  @Test("stays in review if it is paid in a way that does not fit, and never goes back to waiting")
  func implausible() {
    var wallet = ReviewedWallet()
    #expect(wallet.ledger.settle("r", .paid(processorChargeID: "ch-fund-w")).reply?.recharge.state == .needsReview)
    let waits = Settlement.authenticationRequired(processorChargeID: "ch-r", nextActionURL: "https://bank.example")
    #expect(wallet.ledger.settle("r", waits).refusal?.reason == .rechargeAlreadySettled)
    #expect(wallet.dollars == 10)
  }
}

@Suite("A recharge that was given up")
struct GivenUpRechargeTests {
  private static let givenUp: [Settlement] = [
    .failed(processorChargeID: nil, explanation: "refused"), .declined(processorChargeID: "ch-r", code: "do_not_honor"),
  ]

  @Test("and proves to be paid is credited, beside whatever recharge is open", arguments: givenUp)
  func credited(settlement: Settlement) throws {
    var ledger = TestLedger()
    ledger.openWallet("w", funded: 10)
    let request = StartRecharge(RechargeID("r"), WalletID("w"), usd(20), nil)
    _ = ledger.send(request, key: "k")
    _ = ledger.settle("r", settlement)
    _ = ledger.send(StartRecharge(RechargeID("s"), WalletID("w"), usd(30), nil))
    let credited = ledger.settle("r", paid)
    #expect(credited.reply?.entry?.amount == usd(20))
    #expect(ledger.wallet("w")?.posted == 30_000_000)
    #expect(ledger.state.accounts[WalletID("w")]?.openRecharge == RechargeID("s"))
    // Repeating its result changes nothing, and repeating its key says that it is paid.
    #expect(ledger.settle("r", paid) == credited)
    #expect(ledger.send(request, key: "k") == credited.asReplay)
    #expect(ledger.settle("r", settlement).refusal?.reason == .rechargeAlreadySettled)
    #expect(ledger.send(RefundRecharge(RechargeRefundID("f"), RechargeID("r"), usd(20))).refusal == nil)
    try ledger.prove()
  }

  @Test("by a person and proves to be paid is credited, too")
  func byHand() throws {
    var wallet = ReviewedWallet()
    let none = SettleRechargeReview(wallet.reviewed, .failed(processorChargeID: nil, explanation: "seen"), memo: "seen")
    #expect(wallet.ledger.send(none).reply?.recharge.state == .failed)
    #expect(wallet.ledger.settle("r", paid).reply?.recharge.state == .paid)
    #expect(wallet.dollars == 30)
    try wallet.ledger.prove()
  }

  @Test("and proves to be paid saves neither its card nor its settings", arguments: [true, false])
  func card(isFirst: Bool) throws {
    var ledger = TestLedger()
    ledger.openWallet("w", funded: isFirst ? 0 : 10)
    let before = ledger.state.accounts[WalletID("w")]?.defaultPaymentMethod
    let terms = AutoRechargeTerms(threshold: usd(10), amount: usd(25))
    let settings = AutoRechargeSettings(isEnabled: true, terms: terms)
    let candidate = LedgerTests.card("a")
    _ = ledger.send(StartRecharge(RechargeID("r"), WalletID("w"), usd(20), candidate, settings))
    _ = ledger.sendAsWorker(AttachCard(RechargeID("r"), candidate.token, candidate.card))
    _ = ledger.settle("r", .declined(processorChargeID: "ch-r", code: "do_not_honor"))
    #expect(ledger.settle("r", paid).reply?.entry?.amount == usd(20))
    #expect(ledger.state.accounts[WalletID("w")]?.defaultPaymentMethod == before)
    #expect(ledger.state.paymentMethods[candidate.id]?.state == .removed)
    #expect(ledger.wallet("w")?.autoRecharge == nil)
    try ledger.prove()
  }

  @Test("and was automatic counts for its month again once it is paid, and leaves the phase of the next one alone")
  func automatic() throws {
    var ledger = TestLedger()
    let id = WalletID("w")
    ledger.openWallet("w", funded: 10)
    let terms = AutoRechargeTerms(threshold: usd(100), amount: usd(25), monthlyLimit: usd(60))
    _ = ledger.send(SetAutoRecharge(id, AutoRechargeSettings(isEnabled: true, terms: terms)))
    let first = try #require(ledger.state.accounts[id]?.openRecharge)
    _ = ledger.settle(first.value, .declined(processorChargeID: nil, code: "insufficient_funds"))
    _ = ledger.send(ResumeAutoRecharge(id))
    let second = try #require(ledger.state.accounts[id]?.openRecharge)
    _ = ledger.settle(first.value, .paid(processorChargeID: "ch-first"))
    let autoRecharge = try #require(ledger.wallet("w")?.autoRecharge)
    #expect(autoRecharge.phase == .charging(second))
    #expect(autoRecharge.reserved == 50_000_000)
    try ledger.prove()
  }

  @Test("and proves to be paid by another recharge's charge needs review")
  func anothersCharge() throws {
    var ledger = TestLedger()
    ledger.openWallet("w", funded: 10)
    _ = ledger.send(StartRecharge(RechargeID("r"), WalletID("w"), usd(20), nil))
    _ = ledger.settle("r", .failed(processorChargeID: nil, explanation: "refused"))
    // What the machine itself cannot settle does not reopen it.
    #expect(ledger.settle("r", .needsReview(explanation: "x")).refusal?.reason == .rechargeAlreadySettled)
    #expect(ledger.settle("r", .paid(processorChargeID: "ch-fund-w")).reply?.recharge.state == .needsReview)
    #expect(ledger.wallet("w")?.posted == 10_000_000)
    let seen = SettleRechargeReview(RechargeID("r"), paid, memo: "seen")
    #expect(ledger.send(seen).reply?.recharge.state == .paid)
    try ledger.prove()
  }
}

@Suite("A cancelled recharge")
struct CancelledRechargeTests {
  @Test("has the outcome that the processor gives it, and the name of the caller who cancelled it")
  func outcome() throws {
    for settlement in [Settlement.failed(processorChargeID: "ch-r", explanation: "cancelled"), paid] {
      var ledger = TestLedger()
      ledger.openWallet("w", funded: 10)
      _ = ledger.send(StartRecharge(RechargeID("r"), WalletID("w"), usd(20), nil))
      let waits = Settlement.authenticationRequired(processorChargeID: "ch-r", nextActionURL: "https://bank.example")
      _ = ledger.settle("r", waits)
      let cancel = CancelRecharge(RechargeID("r"), settlement)
      let cancelled = ledger.send(cancel, key: "c", caller: "support")
      #expect(cancelled.reply?.recharge.state == settlement.state)
      #expect(ledger.state.changes.records.last?.origin.caller == "support")
      #expect(ledger.state.accounts[WalletID("w")]?.openRecharge == nil)
      #expect(ledger.send(cancel, key: "c", caller: "support") == cancelled.asReplay)
      try ledger.prove()
    }
  }
}
