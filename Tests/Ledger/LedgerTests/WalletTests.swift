import Ledger
import Testing

@Suite("A wallet")
struct WalletTests {
  @Test("is credited grants, with their memo, from the account for grants")
  func grant() throws {
    var ledger = TestLedger()
    ledger.openWallet("w")
    let granted = ledger.send(GrantCredits(WalletID("w"), micros(1_500_000), memo: "welcome, A. Person"))
    let reply = try #require(granted.reply)
    let (wallet, entry) = (reply.wallet, reply.entry)
    #expect(entry.kind == .grant)
    #expect(entry.amount == micros(1_500_000))
    #expect(entry.counterAccount == .grants)
    #expect(entry.reference == "welcome, A. Person")
    #expect(wallet.available == micros(1_500_000))
    try ledger.prove()
  }

  @Test(
    "rejects a grant with an invalid amount or currency, or with a card number in its memo",
    arguments: [
      ("w", 0, "USD", "", "AMOUNT_OUT_OF_RANGE"), ("w", -1, "USD", "", "AMOUNT_OUT_OF_RANGE"),
      ("w", 1, "EUR", "", "CURRENCY_MISMATCH"), ("w", 1, "USD", "for 4242 4242 4242 4242", "CARD_NUMBER_REFUSED"),
      ("w", Int64.max, "USD", "", "BALANCE_LIMIT"), ("nobody", 1, "USD", "", "WALLET_NOT_FOUND"),
      ("frozen", 1, "USD", "", "WALLET_FROZEN"), ("closed", 1, "USD", "", "WALLET_CLOSED"),
    ] as [(String, Int64, String, String, String)]
  )
  func grantRefusals(walletID: String, amount: Int64, currency: String, memo: String, reason: String) throws {
    var ledger = TestLedger()
    for id in ["w", "frozen", "closed"] { ledger.openWallet(id) }
    _ = ledger.send(FreezeWallet(WalletID("frozen")))
    _ = ledger.send(CloseWallet(WalletID("closed")))
    let money = Money(micros: amount, currency: try #require(Currency(code: currency)))
    #expect(ledger.send(GrantCredits(WalletID(walletID), money, memo: memo)).refusal?.reason.rawValue == reason)
    #expect(!"\(ledger.state.changes)".contains("4242"))
  }

  /// Every state and every change of it.
  @Test(
    "has the state transitions of the table",
    arguments: [
      (WalletState.active, FreezeWallet(WalletID("w")), WalletState.frozen, nil),
      (.active, UnfreezeWallet(WalletID("w")), .active, "WALLET_NOT_FROZEN"),
      (.active, CloseWallet(WalletID("w")), .closed, nil),
      (.frozen, FreezeWallet(WalletID("w")), .frozen, "WALLET_FROZEN"),
      (.frozen, UnfreezeWallet(WalletID("w")), .active, nil), (.frozen, CloseWallet(WalletID("w")), .closed, nil),
      (.closed, FreezeWallet(WalletID("w")), .closed, "WALLET_CLOSED"),
      (.closed, UnfreezeWallet(WalletID("w")), .closed, "WALLET_CLOSED"),
      (.closed, CloseWallet(WalletID("w")), .closed, "WALLET_CLOSED"),
    ] as [(WalletState, any Mutation, WalletState, String?)]
  )
  func states(from: WalletState, mutation: any Mutation, to: WalletState, reason: String?) throws {
    var ledger = TestLedger()
    ledger.openWallet("w")
    switch from {
    case .active: break
    case .frozen: _ = ledger.send(FreezeWallet(WalletID("w")))
    case .closed: _ = ledger.send(CloseWallet(WalletID("w")))
    }
    let sequence = try #require(ledger.wallet("w")).sequence
    #expect(ledger.send(any: mutation).refusal?.reason.rawValue == reason)
    #expect(ledger.wallet("w")?.state == to)
    #expect(ledger.wallet("w")?.sequence == sequence + (reason == nil ? 1 : 0))
    try ledger.prove()
  }

  @Test("closes only at zero, with nothing open, and reports what prevents it")
  func notEmpty() throws {
    var ledger = TestLedger()
    ledger.openWallet("w", funded: 10)
    let hold = try ledger.placeHold("w", usd(4), ttl: 60)
    _ = ledger.send(StartRecharge(RechargeID("r"), WalletID("w"), usd(10), nil))
    let full = Refusal.walletNotEmpty(
      WalletID("w"),
      posted: usd(10),
      held: usd(4),
      openHolds: 1,
      openRecharge: RechargeID("r")
    )
    #expect(ledger.send(CloseWallet(WalletID("w"))).refusal == full)
    #expect(
      full.metadata == [
        "wallet_id": "w", "posted": "10000000", "held": "4000000", "currency_code": "USD", "open_holds": "1",
        "open_recharge": "r",
      ]
    )
    #expect(
      full.sentence == "wallet w cannot be closed yet: wait until recharge r is final, capture or release its open "
        + "holds (1), spend or refund the $10.00 in it, or write it off with AdjustBalance, then use a new key"
    )
    _ = ledger.capture(hold, usd(4))
    _ = ledger.send(Charge(WalletID("w"), usd(6), .call, reference: ""))
    // Nothing is posted and nothing held, but the hold could still be captured and the recharge paid.
    #expect(ledger.send(CloseWallet(WalletID("w"))).refusal?.reason == .walletNotEmpty)
    _ = ledger.send(ReleaseHold(hold))
    #expect(ledger.send(CloseWallet(WalletID("w"))).refusal?.reason == .walletNotEmpty)
    _ = ledger.settle("r", .failed(processorChargeID: nil, explanation: "no"))
    #expect(ledger.send(CloseWallet(WalletID("w"))).reply?.state == .closed)
    try ledger.prove()
  }

  @Test("with a negative balance cannot be closed")
  func debt() throws {
    var ledger = TestLedger()
    ledger.openWallet("w")
    _ = ledger.send(GrantCredits(WalletID("w"), usd(1), memo: ""))
    let hold = try ledger.placeHold("w", usd(1), ttl: 60)
    _ = ledger.capture(hold, usd(3), isFinal: true)
    #expect(ledger.send(CloseWallet(WalletID("w"))).refusal?.reason == .walletNotEmpty)
  }

  @Test("that is frozen allows its cards to be replaced, and a recharge under way to be paid")
  func frozen() {
    var ledger = TestLedger()
    ledger.openWallet("w", funded: 10)
    _ = ledger.send(StartRecharge(RechargeID("r"), WalletID("w"), usd(10), nil))
    _ = ledger.send(FreezeWallet(WalletID("w")))
    #expect(ledger.send(SavePaymentMethod(WalletID("w"), card("b"))).refusal == nil)
    #expect(ledger.settle("r", .paid(processorChargeID: "ch")).reply?.wallet.posted == 20_000_000)
    #expect(ledger.send(StartRecharge(RechargeID("s"), WalletID("w"), usd(10), nil)).refusal?.reason == .walletFrozen)
    #expect(ledger.send(Charge(WalletID("w"), usd(1), .call, reference: "")).refusal?.reason == .walletFrozen)
  }
}
