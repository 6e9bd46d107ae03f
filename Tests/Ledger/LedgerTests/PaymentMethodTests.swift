import Ledger
import Testing

@Suite("The cards of a wallet")
struct PaymentMethodTests {
  private var ledger = TestLedger()
  private let id = WalletID("w")

  init() { ledger.openWallet("w") }

  private mutating func save(_ name: String) -> Outcome<PaymentMethodReply> {
    ledger.send(SavePaymentMethod(id, card(name)))
  }

  private mutating func remove(_ name: String) -> Outcome<RemovedPaymentMethodReply> {
    ledger.send(RemovePaymentMethod(id, PaymentMethodID("pm-\(name)")))
  }

  private mutating func saved() -> (names: [String], standard: String?) {
    guard let saved = ledger.ask(ListPaymentMethods(id)).reply else { return ([], nil) }
    return (saved.paymentMethods.map(\.id.value), saved.defaultID?.value)
  }

  private func state(_ name: String) -> PaymentMethodState? {
    ledger.state.paymentMethods[PaymentMethodID("pm-\(name)")]?.state
  }

  private mutating func pass() { ledger.now = ledger.now.adding(seconds: 1) }

  private mutating func enableAutoRecharge() {
    let terms = AutoRechargeTerms(threshold: usd(20), amount: usd(25))
    _ = ledger.send(SetAutoRecharge(id, AutoRechargeSettings(isEnabled: true, terms: terms)))
  }

  @Test("stay saved when another is added, which becomes the default")
  mutating func several() {
    for name in ["a", "b", "c"] {
      _ = save(name)
      pass()
    }
    #expect(saved() == (["pm-c", "pm-b", "pm-a"], "pm-c"))
    _ = ledger.send(SetDefaultPaymentMethod(id, PaymentMethodID("pm-a")))
    #expect(saved() == (["pm-c", "pm-b", "pm-a"], "pm-a"))
  }

  @Test("are at most ten, and the refusal of an eleventh is final")
  mutating func limit() {
    for number in 1...10 { #expect(save("\(number)").refusal == nil) }
    #expect(save("11").refusal?.reason == .paymentMethodLimit)
    let recharge = StartRecharge(RechargeID("r"), id, usd(10), card("12"))
    #expect(ledger.send(recharge).refusal?.reason == .paymentMethodLimit)
    // A card that replaces another needs no room.
    #expect(ledger.send(ChangeCardAndPay(RechargeID("c"), id, usd(10), card("13"))).refusal == nil)
  }

  @Test("have the one saved last as their default when the default is removed")
  mutating func removal() throws {
    for name in ["a", "b", "c"] {
      _ = save(name)
      pass()
    }
    _ = ledger.send(SetDefaultPaymentMethod(id, PaymentMethodID("pm-a")))
    let reply = try #require(remove("a").reply)
    #expect(reply.removed.state == .removed)
    #expect(reply.defaultPaymentMethod?.id.value == "pm-c")
    #expect(saved() == (["pm-c", "pm-b"], "pm-c"))
    #expect(remove("a").refusal?.reason == .paymentMethodNotFound)
    _ = ledger.send(DetachPaymentMethod(PaymentMethodID("pm-a")))
    #expect(state("a") == .detached)
    try ledger.prove()
  }

  @Test("suspend automatic recharges when the last is removed, in the same commit")
  mutating func lastCard() throws {
    ledger.openWallet("w", granted: 50)
    _ = save("a")
    enableAutoRecharge()
    let before = ledger.state.changes.records.count
    _ = remove("a")
    #expect(ledger.state.changes.records[before...].map(\.kind) == [.paymentMethodRemoved, .autoRechargeSuspended])
    #expect(ledger.wallet("w")?.autoRecharge?.status == .suspended)
    #expect(ledger.wallet("w")?.autoRecharge?.isEnabled == true)
    try ledger.prove()
  }

  @Test("arm automatic recharges again when the default changes after a decline")
  mutating func otherDefault() throws {
    ledger.openWallet("w", granted: 50)
    _ = save("good")
    _ = save("bad")
    enableAutoRecharge()
    _ = ledger.send(Charge(id, usd(40), .call, reference: ""))
    let open = try #require(ledger.state.accounts[id]?.openRecharge)
    _ = ledger.settle(open.value, .declined(processorChargeID: nil, code: "insufficient_funds"))
    #expect(ledger.wallet("w")?.autoRecharge?.status == .backoff)
    _ = ledger.send(SetDefaultPaymentMethod(id, PaymentMethodID("pm-bad")))
    #expect(ledger.wallet("w")?.autoRecharge?.status == .backoff)
    _ = ledger.send(SetDefaultPaymentMethod(id, PaymentMethodID("pm-good")))
    #expect(ledger.wallet("w")?.autoRecharge?.status == .charging)
    try ledger.prove()
  }

  @Test("are not removed while they are being charged")
  mutating func inUse() {
    _ = save("a")
    _ = save("b")
    _ = ledger.send(StartRecharge(RechargeID("r"), id, usd(10), nil))
    #expect(remove("b").refusal?.reason == .rechargeInProgress)
    #expect(remove("a").refusal == nil)
    _ = ledger.settle("r", .paid(processorChargeID: "ch"))
    #expect(remove("b").refusal == nil)
  }

  @Test("can be saved on frozen wallets, removed even on closed ones, and not accessed from another wallet")
  mutating func walletStates() {
    _ = save("a")
    ledger.openWallet("other")
    let foreign = RemovePaymentMethod(WalletID("other"), PaymentMethodID("pm-a"))
    #expect(ledger.send(foreign).refusal?.reason == .paymentMethodNotFound)
    _ = ledger.send(FreezeWallet(id))
    #expect(save("frozen").refusal == nil)
    #expect(remove("frozen").refusal == nil)
    _ = ledger.send(UnfreezeWallet(id))
    _ = ledger.send(CloseWallet(id))
    #expect(save("b").refusal?.reason == .walletClosed)
    #expect(ledger.send(SetDefaultPaymentMethod(id, PaymentMethodID("pm-a"))).refusal?.reason == .walletClosed)
    #expect(remove("a").refusal == nil)
  }

  @Test("Change Card and Pay removes the old card if the new one pays, and keeps it otherwise")
  mutating func changeCard() throws {
    _ = save("old")
    _ = save("other")
    _ = ledger.send(SetDefaultPaymentMethod(id, PaymentMethodID("pm-old")))
    for (name, settlement, removed) in [
      ("bad", Settlement.declined(processorChargeID: nil, code: "x"), "pm-bad"),
      ("new", .paid(processorChargeID: "ch"), "pm-old"),
    ] {
      let recharge = RechargeID(name)
      _ = ledger.send(ChangeCardAndPay(recharge, id, usd(20), card(name)))
      let token = PaymentMethodToken("attached-\(name)")
      let attached = ledger.send(AttachCard(recharge, token, card(name).card))
      #expect(attached.reply?.recharge.paymentMethod.token == token)
      let settled = ledger.settle(name, settlement)
      #expect(settled.reply?.removedPaymentMethod?.id.value == removed)
      #expect(settled.reply?.removedPaymentMethod?.state == .removed)
    }
    #expect(Set(saved().names) == ["pm-new", "pm-other"])
    #expect(saved().standard == "pm-new")
    #expect(ledger.state.removedPaymentMethods == [PaymentMethodID("pm-old"), PaymentMethodID("pm-bad")])
    #expect(ledger.wallet("w")?.posted == 20_000_000)
    try ledger.prove()
  }

  @Test("Change Card and Pay does not detach the old card if the new one is the same")
  mutating func sameCard() throws {
    var again = card("again")
    again.token = card("a").token
    _ = save("a")
    _ = ledger.send(ChangeCardAndPay(RechargeID("r"), id, usd(20), again))
    _ = ledger.send(AttachCard(RechargeID("r"), again.token, again.card))
    #expect(ledger.settle("r", .paid(processorChargeID: "ch")).reply?.removedPaymentMethod?.state == .detached)
    #expect(saved() == (["pm-again"], "pm-again"))
    #expect(ledger.state.removedPaymentMethods.isEmpty)
    try ledger.prove()
  }

  @Test("are not detached at the processor while a recharge under way uses the same token")
  mutating func tokenUnderWay() {
    var again = card("again")
    again.token = card("a").token
    _ = save("a")
    _ = ledger.send(StartRecharge(RechargeID("r"), id, usd(20), again))
    #expect(ledger.ask(GetTokenUse(id, again.token)).reply == .used)
    let other = PaymentMethodToken("tok-other")
    #expect(ledger.ask(GetTokenUse(id, other)).reply == .undecided)
    #expect(remove("a").reply?.removed.state == .detached)
    #expect(ledger.ask(GetTokenUse(id, again.token)).reply == .used)
    _ = ledger.send(AttachCard(RechargeID("r"), again.token, again.card))
    let declined = Settlement.declined(processorChargeID: nil, code: "x")
    #expect(ledger.settle("r", declined).reply?.removedPaymentMethod?.state == .removed)
    #expect(ledger.ask(GetTokenUse(id, again.token)).reply == .unused)
  }

  @Test("leave automatic recharges suspended when the card that suspended them is removed")
  mutating func removalIsNoConsent() throws {
    ledger.openWallet("w", granted: 50)
    _ = save("other")
    pass()
    _ = save("bad")
    enableAutoRecharge()
    _ = ledger.send(Charge(id, usd(40), .call, reference: ""))
    let open = try #require(ledger.state.accounts[id]?.openRecharge)
    _ = ledger.settle(open.value, .declined(processorChargeID: nil, code: "lost_card"))
    _ = remove("bad")
    #expect(saved().standard == "pm-other")
    #expect(ledger.wallet("w")?.autoRecharge?.status == .suspended)
    _ = ledger.send(ResumeAutoRecharge(id))
    #expect(ledger.wallet("w")?.autoRecharge?.status == .charging)
    try ledger.prove()
  }

  @Test("Change Card and Pay replaces the card that was the default when it started, and no other")
  mutating func replaced() throws {
    _ = save("spare")
    pass()
    _ = save("old")
    _ = ledger.send(ChangeCardAndPay(RechargeID("r"), id, usd(20), card("new")))
    _ = remove("old")
    #expect(saved().standard == "pm-spare")
    let paid = try #require(ledger.settle("r", .paid(processorChargeID: "ch")).reply)
    #expect(paid.removedPaymentMethod == nil)
    #expect(Set(saved().names) == ["pm-spare", "pm-new"])
    #expect(saved().standard == "pm-new")
    try ledger.prove()
  }

  @Test("are not detached at the processor if their token is saved again")
  mutating func sharedToken() {
    var twin = card("twin")
    twin.token = card("a").token
    _ = save("a")
    _ = ledger.send(SavePaymentMethod(id, twin))
    #expect(remove("a").reply?.removed.state == .detached)
    #expect(ledger.state.removedPaymentMethods.isEmpty)
    #expect(remove("twin").reply?.removed.state == .removed)
  }

  @Test(
    "warn of their expiry, from the month before the last",
    arguments: [
      ("2026-10", nil), ("2026-11", .expiresSoon), ("2026-12", .expiresSoon), ("2027-01", .expired),
    ] as [(String, CardWarning.Kind?)]
  )
  mutating func expiry(month: String, expected: CardWarning.Kind?) throws {
    var expiring = card("a")
    (expiring.card.expiryYear, expiring.card.expiryMonth) = (2026, 12)
    _ = ledger.send(SavePaymentMethod(id, expiring))
    let parts = month.split(separator: "-").compactMap { Int64($0) }
    ledger.now = CalendarMonth(number: parts[0] * 12 + parts[1] - 1).start
    #expect(ledger.ask(GetWallet(id)).reply?.cardWarning?.kind == expected)
    let granted = try #require(ledger.send(GrantCredits(id, usd(1), memo: "")).reply)
    #expect(granted.wallet.cardWarning?.kind == expected)
    let kept = try EntryReply(RecordPayload(canonicalBytes: granted.payload.canonicalBytes))
    #expect(kept == granted)
    _ = ledger.send(SavePaymentMethod(id, card("b")))
    let wallet = try #require(ledger.ask(GetWallet(id)).reply)
    #expect(wallet.cardWarning == nil)
  }
}
