import Ledger
import Testing

/// A wallet with a card, $30 and automatic recharges of $25 below $20.
private struct RechargingWallet {
  var ledger = TestLedger()
  let id = WalletID("w")

  init(funded dollars: Int64 = 30, monthlyLimit: Money? = nil) {
    ledger.openWallet("w", funded: dollars)
    set(monthlyLimit: monthlyLimit)
  }

  @discardableResult
  mutating func set(isEnabled: Bool = true, monthlyLimit: Money? = nil) -> Outcome<AutoRechargeSaved> {
    let terms = AutoRechargeTerms(threshold: usd(20), amount: usd(25), monthlyLimit: monthlyLimit)
    return ledger.send(SetAutoRecharge(id, AutoRechargeSettings(isEnabled: isEnabled, terms: terms)))
  }

  @discardableResult
  mutating func spend(_ dollars: Int64) -> Outcome<EntryReply> {
    ledger.send(Charge(id, usd(dollars), .call, reference: ""))
  }

  /// Commits the processor's result of the open recharge.
  mutating func settle(_ settlement: Settlement) throws {
    _ = ledger.settle(try #require(open).value, settlement)
  }

  mutating func pay() throws { try settle(.paid(processorChargeID: "ch-\(try #require(open))")) }

  mutating func decline(_ code: String = "insufficient_funds") throws {
    try settle(.declined(processorChargeID: nil, code: code))
  }

  mutating func pass(seconds: Int64) { ledger.now = ledger.now.adding(seconds: seconds) }

  mutating func wake() -> Outcome<Int> { ledger.decide(WakeAutoRecharges(), from: .autoRecharge) }

  var open: RechargeID? { ledger.state.accounts[id]?.openRecharge }
  var autoRecharge: AutoRecharge? { ledger.wallet("w")?.autoRecharge }
  var available: Int64? { ledger.wallet("w").map { $0.available.micros / 1_000_000 } }

  var explanation: String {
    mutating get { ledger.ask(GetAutoRecharge(id)).reply?.explanation ?? "" }
  }

  /// The number of the wallet's automatic recharges.
  var fired: Int {
    ledger.state.recharges.values.count { $0.recharge.purpose == .autoRecharge }
  }
}

@Suite("Automatic recharges")
struct AutoRechargeTests {
  @Test("fire with the spend that takes the wallet below its threshold, and not before")
  func fires() throws {
    var wallet = RechargingWallet()
    wallet.spend(10)
    #expect(wallet.fired == 0)
    wallet.spend(1)
    let records = wallet.ledger.state.changes.records.suffix(2)
    #expect(records.map(\.kind) == [.charge, .rechargeStarted])
    let recharge = try #require(wallet.open.flatMap { wallet.ledger.state.recharges[$0]?.recharge })
    #expect(recharge.amount == usd(25))
    #expect(recharge.caller == "ledger")
    try wallet.pay()
    #expect(wallet.available == 44)
    try wallet.ledger.prove()
  }

  @Test("fire for holds as for charges, by what is available")
  func holds() {
    var wallet = RechargingWallet()
    _ = wallet.ledger.send(PlaceHold(wallet.id, usd(11), .call, reference: "", ttl: 0))
    #expect(wallet.fired == 1)
  }

  @Test("never run two at a time, however much is spent")
  func oneAtATime() throws {
    var wallet = RechargingWallet()
    for _ in 0..<64 { wallet.spend(1) }
    #expect(wallet.fired == 1)
    let manual = wallet.ledger.send(StartRecharge(RechargeID("m"), wallet.id, usd(10), nil))
    #expect(manual.refusal?.reason == .rechargeInProgress)
  }

  @Test("let a hold wait for them: its key has no outcome until the recharge has ended", arguments: [true, false])
  func waitingHold(isPaid: Bool) throws {
    var wallet = RechargingWallet(funded: 21)
    let place = PlaceHold(wallet.id, usd(30), .call, reference: "", ttl: 60, waitsForRecharge: true)
    // Above the threshold, no recharge is started.
    #expect(wallet.ledger.send(place, key: "no hope").refusal?.reason == .insufficientCredits)
    wallet.spend(2)
    let id = try #require(wallet.open)
    for _ in 1...2 {
      let open = wallet.ledger.state.recharges[id]?.recharge
      #expect(wallet.ledger.send(place, key: "hold").refusal == .rechargeInProgress(id, open))
    }
    #expect(wallet.fired == 1)
    if isPaid { try wallet.pay() } else { try wallet.decline() }
    let outcome = wallet.ledger.send(place, key: "hold")
    #expect(isPaid ? outcome.reply?.hold.amount == 30_000_000 : outcome.refusal?.reason == .insufficientCredits)
    #expect(wallet.ledger.send(place, key: "hold").isReplay)
  }

  @Test("let a charge wait for them: its key has no outcome until the recharge has ended", arguments: [true, false])
  func waitingCharge(isPaid: Bool) throws {
    var wallet = RechargingWallet(funded: 19)
    let charge = Charge(wallet.id, usd(30), .call, reference: "", waitsForRecharge: true)
    wallet.spend(1)
    let id = try #require(wallet.open)
    let open = wallet.ledger.state.recharges[id]?.recharge
    #expect(wallet.ledger.send(charge, key: "charge").refusal == .rechargeInProgress(id, open))
    if isPaid { try wallet.pay() } else { try wallet.decline() }
    let outcome = wallet.ledger.send(charge, key: "charge")
    #expect(isPaid ? outcome.reply?.entry.amount == usd(-30) : outcome.refusal?.reason == .insufficientCredits)
    #expect(wallet.ledger.send(charge, key: "charge").isReplay)
  }

  @Test("say what happened and what can be done: nothing was declined, or there is no card to resume with")
  func explanations() throws {
    var wallet = RechargingWallet()
    wallet.spend(11)
    try wallet.settle(.failed(processorChargeID: nil, explanation: "given up"))
    #expect(wallet.explanation.contains("the card could not be charged, once; another card ends the wait"))
    #expect(!wallet.explanation.contains("declined") && !wallet.explanation.contains("not_paid"))

    wallet = RechargingWallet()
    wallet.spend(11)
    let card = try #require(wallet.ledger.state.accounts[wallet.id]?.defaultPaymentMethod)
    _ = wallet.ledger.sendAsWorker(InvalidatePaymentMethod(card))
    try wallet.decline("expired_card")
    #expect(wallet.explanation.hasSuffix("the card was declined (expired_card); the wallet has no card; save one"))
    #expect(wallet.ledger.send(ResumeAutoRecharge(wallet.id)).refusal?.reason == .paymentMethodRequired)
    _ = wallet.ledger.send(SavePaymentMethod(wallet.id, LedgerTests.card("new")))
    #expect(wallet.fired == 2)
  }

  @Test("count what they have charged this month, not last month")
  func newMonth() throws {
    var wallet = RechargingWallet(monthlyLimit: usd(100))
    wallet.spend(11)
    try wallet.pay()
    #expect(wallet.ledger.ask(GetWallet(wallet.id)).reply?.autoRecharge?.reserved == usd(25).micros)
    wallet.pass(seconds: 31 * 86_400)
    #expect(wallet.ledger.ask(GetWallet(wallet.id)).reply?.autoRecharge?.reserved == 0)
    #expect(wallet.ledger.ask(GetAutoRecharge(wallet.id)).reply?.wallet.autoRecharge?.reserved == 0)
    try wallet.ledger.prove()
  }

  @Test("wait for a recharge that a caller has started, then decide again")
  func slotTaken() throws {
    var wallet = RechargingWallet()
    _ = wallet.ledger.send(StartRecharge(RechargeID("m"), wallet.id, usd(10), nil))
    wallet.spend(25)
    #expect(wallet.fired == 0)
    _ = wallet.ledger.settle("m", .paid(processorChargeID: "ch-m"))
    #expect(wallet.available == 15)
    #expect(wallet.fired == 1)
  }

  /// What has to pass or happen before the recharge of an empty wallet can start.
  enum Obstacle: String, CaseIterable {
    case nothing, cooldown, backoff, resume, newCard, unfreeze, monthEnd
  }

  @Test(
    "recharge an empty wallet past every obstacle: after a refused spend and its recharge, a new key succeeds",
    arguments: Obstacle.allCases
  )
  func noDeadlockAtZero(obstacle: Obstacle) throws {
    var wallet = RechargingWallet(funded: 25, monthlyLimit: obstacle == .monthEnd ? usd(25) : nil)
    if obstacle != .nothing, obstacle != .unfreeze {
      wallet.spend(25)
      switch obstacle {
      case .cooldown, .monthEnd: try wallet.pay()
      case .backoff: try wallet.decline()
      default: try wallet.decline("expired_card")
      }
    }
    if obstacle == .monthEnd { wallet.pass(seconds: 61) }
    if let available = wallet.available, available > 0 { wallet.spend(available) }
    if obstacle == .nothing || obstacle == .unfreeze { try wallet.decline("lost_card") }
    if obstacle == .unfreeze { _ = wallet.ledger.send(FreezeWallet(wallet.id)) }
    if obstacle == .nothing || obstacle == .unfreeze { _ = wallet.ledger.send(ResumeAutoRecharge(wallet.id)) }
    if obstacle == .nothing {
      // The resumption has started a recharge. It is declined, so that the refused spend has to start one.
      try wallet.decline()
      wallet.pass(seconds: 3600)
    }
    #expect(wallet.available == 0)
    #expect(wallet.open == nil)
    switch obstacle {
    case .nothing: break
    case .cooldown: wallet.pass(seconds: 60)
    case .backoff: wallet.pass(seconds: 3600)
    case .resume: _ = wallet.ledger.send(ResumeAutoRecharge(wallet.id))
    case .newCard: _ = wallet.ledger.send(SavePaymentMethod(wallet.id, card("new")))
    case .unfreeze: _ = wallet.ledger.send(UnfreezeWallet(wallet.id))
    case .monthEnd: wallet.pass(seconds: 32 * 86_400)
    }
    #expect(wallet.spend(5).refusal?.reason == .insufficientCredits)
    try wallet.pay()
    #expect(wallet.spend(5).refusal == nil)
    try wallet.ledger.prove()
  }

  @Test("need no caller: the sweeper wakes them", arguments: [Obstacle.cooldown, .backoff, .monthEnd])
  func wake(obstacle: Obstacle) throws {
    var wallet = RechargingWallet(monthlyLimit: obstacle == .monthEnd ? usd(25) : nil)
    wallet.spend(30)
    if obstacle == .backoff { try wallet.decline() } else { try wallet.pay() }
    if obstacle == .monthEnd { wallet.pass(seconds: 61) }
    wallet.spend(10)
    let fired = wallet.fired
    #expect(wallet.wake().reply == 0)
    let time = try #require(wallet.autoRecharge?.wakeTime)
    wallet.ledger.now = time
    #expect(wallet.wake().reply == 1)
    #expect(wallet.fired == fired + 1)
    #expect(wallet.wake().reply == 0)
  }

  @Test("never charge more in a month than its limit, and continue in the next")
  func monthlyLimit() throws {
    var wallet = RechargingWallet(monthlyLimit: usd(60))
    for _ in 0..<20 {
      wallet.pass(seconds: 61)
      wallet.spend(wallet.available ?? 0)
      if wallet.open != nil { try wallet.pay() }
    }
    #expect(wallet.fired == 2)
    #expect(wallet.autoRecharge?.status == .limitReached)
    #expect(wallet.ledger.state.changes.records.count { $0.kind == .autoRechargeLimitReached } == 1)
    let month = CalendarMonth(of: wallet.ledger.now).next
    #expect(wallet.autoRecharge?.wakeTime == month.start)
    wallet.ledger.now = month.start
    _ = wallet.wake()
    #expect(wallet.fired == 3)
  }

  @Test("count only what may have been charged against the monthly limit")
  func reservation() throws {
    var wallet = RechargingWallet(monthlyLimit: usd(25))
    wallet.spend(11)
    #expect(wallet.autoRecharge?.reserved == 25_000_000)
    try wallet.decline()
    #expect(wallet.autoRecharge?.reserved == 0)
  }

  @Test("stop after four declines of a card until the customer acts")
  func deadCard() throws {
    var wallet = RechargingWallet()
    wallet.spend(30)
    for _ in 0..<4 {
      try wallet.decline()
      wallet.pass(seconds: 5 * 3600)
      _ = wallet.wake()
    }
    #expect(wallet.fired == 4)
    #expect(wallet.autoRecharge?.status == .suspended)
    wallet.pass(seconds: 400 * 86_400)
    _ = wallet.wake()
    #expect(wallet.spend(1).refusal?.reason == .insufficientCredits)
    wallet.set()
    #expect(wallet.fired == 4)
    _ = wallet.ledger.send(ResumeAutoRecharge(wallet.id))
    #expect(wallet.fired == 5)
  }

  @Test("stay off once they are off, whatever happens, and a manual recharge does not change them")
  func staysOff() throws {
    var wallet = RechargingWallet()
    wallet.set(isEnabled: false)
    wallet.spend(30)
    _ = wallet.ledger.send(StartRecharge(RechargeID("m"), wallet.id, usd(10), card("b")))
    _ = wallet.ledger.settle("m", .paid(processorChargeID: "ch-m"))
    _ = wallet.ledger.send(SavePaymentMethod(wallet.id, card("c")))
    wallet.pass(seconds: 40 * 86_400)
    _ = wallet.wake()
    #expect(wallet.ledger.send(ResumeAutoRecharge(wallet.id)).refusal?.reason == .autoRechargeDisabled)
    #expect(wallet.fired == 0)
    #expect(wallet.autoRecharge?.isEnabled == false)
  }

  @Test("that are under way continue when they are turned off")
  func offWhileCharging() throws {
    var wallet = RechargingWallet()
    wallet.spend(30)
    wallet.set(isEnabled: false)
    #expect(wallet.autoRecharge?.status == .charging)
    try wallet.pay()
    #expect(wallet.available == 25)
    #expect(wallet.autoRecharge?.status == .disabled)
  }

  @Test("are refused without a card, and fire at once where the wallet is below their threshold")
  func enabling() throws {
    var ledger = TestLedger()
    ledger.openWallet("w")
    let settings = AutoRechargeSettings(
      isEnabled: true,
      terms: AutoRechargeTerms(threshold: usd(20), amount: usd(25))
    )
    let enable = SetAutoRecharge(WalletID("w"), settings)
    #expect(ledger.send(enable).refusal?.reason == .paymentMethodRequired)
    _ = ledger.send(SavePaymentMethod(WalletID("w"), card("a")))
    let outcome = ledger.send(enable, key: "k")
    let saved = try #require(outcome.reply)
    #expect(saved.firesNow)
    #expect(saved.wallet.autoRecharge?.phase == .armed)
    #expect(ledger.state.accounts[WalletID("w")]?.openRecharge != nil)
    #expect(ledger.send(enable, key: "k") == outcome.asReplay)
    #expect(ledger.state.recharges.count == 1)
  }

  @Test("are saved with the first recharge only if it is paid", arguments: [true, false])
  func withRecharge(isPaid: Bool) throws {
    var ledger = TestLedger()
    ledger.openWallet("w")
    let terms = AutoRechargeTerms(threshold: usd(20), amount: usd(25))
    let settings = AutoRechargeSettings(isEnabled: true, terms: terms)
    _ = ledger.send(StartRecharge(RechargeID("r"), WalletID("w"), usd(50), card("a"), settings))
    #expect(ledger.wallet("w")?.autoRecharge == nil)
    _ = ledger.settle("r", isPaid ? .paid(processorChargeID: "ch") : .declined(processorChargeID: nil, code: "x"))
    #expect(ledger.wallet("w")?.autoRecharge == (isPaid ? AutoRecharge(isEnabled: true, terms: terms) : nil))
    #expect((ledger.state.accounts[WalletID("w")]?.defaultPaymentMethod != nil) == isPaid)
  }

  @Test("lift a suspension when Change Card and Pay is paid, and only then", arguments: [true, false])
  func changeCard(isPaid: Bool) throws {
    var wallet = RechargingWallet()
    wallet.spend(30)
    try wallet.decline("stolen_card")
    _ = wallet.ledger.send(ChangeCardAndPay(RechargeID("c"), wallet.id, usd(50), card("new")))
    _ = wallet.ledger.settle(
      "c",
      isPaid ? .paid(processorChargeID: "ch-c") : .declined(processorChargeID: nil, code: "x")
    )
    #expect(wallet.autoRecharge?.status == (isPaid ? .armed : .suspended))
  }

  @Test(
    "apply the limits of a recharge to each of their amounts",
    arguments: [
      (9_990_000, "USD", "AMOUNT_OUT_OF_RANGE"), (10_000_000, "USD", nil), (1_000_000_000, "USD", nil),
      (1_000_010_000, "USD", "AMOUNT_OUT_OF_RANGE"), (10_005_000, "USD", "AMOUNT_OUT_OF_RANGE"),
      (0, "USD", "AMOUNT_OUT_OF_RANGE"), (-10_000_000, "USD", "AMOUNT_OUT_OF_RANGE"),
      (50_000_000, "EUR", "CURRENCY_MISMATCH"),
    ] as [(Int64, String, String?)]
  )
  func limits(micros: Int64, currency: String, reason: String?) throws {
    let given = Money(micros: micros, currency: try #require(Currency(code: currency)))
    var ledger = TestLedger()
    ledger.openWallet("w", funded: 1000)
    let some = [
      AutoRechargeTerms(threshold: given, amount: usd(10)), AutoRechargeTerms(threshold: usd(10), amount: given),
    ]
    for terms in some {
      let settings = AutoRechargeSettings(isEnabled: true, terms: terms)
      #expect(ledger.send(SetAutoRecharge(WalletID("w"), settings)).refusal?.reason.rawValue == reason)
      let recharge = StartRecharge(RechargeID("r"), WalletID("w"), usd(10), card("a"), settings)
      if reason != nil { #expect(ledger.send(recharge).refusal?.reason.rawValue == reason) }
    }
    let settings = AutoRechargeSettings(
      isEnabled: true,
      terms: AutoRechargeTerms(threshold: usd(10), amount: usd(10), monthlyLimit: given)
    )
    // A monthly limit has no maximum, and may have fractions of a cent.
    let isTooLow = currency == "USD" && micros < 10_000_000
    let expected = isTooLow ? "AMOUNT_OUT_OF_RANGE" : currency == "USD" ? nil : "CURRENCY_MISMATCH"
    #expect(ledger.send(SetAutoRecharge(WalletID("w"), settings)).refusal?.reason.rawValue == expected)
  }

  @Test("keep their terms if only the checkbox is sent, and require terms the first time")
  func checkbox() throws {
    var wallet = RechargingWallet()
    _ = wallet.ledger.send(SetAutoRecharge(wallet.id, AutoRechargeSettings(isEnabled: false, terms: nil)))
    #expect(wallet.autoRecharge?.isEnabled == false)
    #expect(wallet.autoRecharge?.terms.threshold == usd(20))
    wallet.ledger.openWallet("v", funded: 10)
    let bare = SetAutoRecharge(WalletID("v"), AutoRechargeSettings(isEnabled: true, terms: nil))
    #expect(wallet.ledger.send(bare).refusal?.reason == .fieldInvalid)
  }

  @Test("end when the wallet is closed")
  func closed() {
    var wallet = RechargingWallet(funded: 30)
    wallet.set(isEnabled: false)
    wallet.spend(30)
    wallet.set(isEnabled: false)
    _ = wallet.ledger.send(CloseWallet(wallet.id))
    wallet.pass(seconds: 86_400)
    #expect(wallet.wake().reply == 0)
    #expect(wallet.set().refusal?.reason == .walletClosed)
  }

  @Test("explain themselves in a sentence")
  func explains() throws {
    var wallet = RechargingWallet()
    #expect(wallet.explanation == "armed: fires below $20.00; available is $30.00")
    wallet.spend(30)
    #expect(wallet.explanation.hasPrefix("charging $25.00: recharge rch_"))
    try wallet.decline()
    #expect(
      wallet.explanation
        == "waiting until 1970-01-01T01:00:01Z: the card was declined once, last with insufficient_funds; another card ends the wait"
    )
    wallet.pass(seconds: 3600)
    _ = wallet.wake()
    try wallet.decline("expired_card")
    #expect(
      wallet.explanation
        == "suspended since 1970-01-01T01:00:01Z: the card was declined (expired_card); add another card, or resume"
    )
    wallet.set(isEnabled: false)
    #expect(wallet.explanation == "off: nothing is recharged automatically")
  }

  @Test("get an id that a restored ledger does not reuse")
  func ids() throws {
    var first = RechargingWallet()
    var second = RechargingWallet()
    first.spend(30)
    second.pass(seconds: 1)
    second.spend(30)
    #expect(try #require(first.open) != (try #require(second.open)))
  }
}
