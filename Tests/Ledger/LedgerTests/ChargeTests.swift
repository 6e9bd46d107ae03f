import Ledger
import Testing

@Suite("A charge")
struct ChargeTests {
  @Test("moves micros from the wallet to usage and answers with the post-state")
  func postState() throws {
    var ledger = TestLedger()
    ledger.openWallet("w", funded: 10)
    let before = try #require(ledger.wallet("w"))
    let outcome = ledger.send(Charge(WalletID("w"), micros(2_500), .call, reference: "call-7"))
    let reply = try #require(outcome.reply)
    let (wallet, entry) = (reply.wallet, reply.entry)
    #expect(wallet.posted == 9_997_500)
    #expect(wallet.sequence == before.sequence + 1)
    #expect(entry.sequence == wallet.sequence)
    #expect(entry.amount == micros(-2_500))
    #expect(entry.counterAccount == .usage)
    #expect(entry.posted == wallet.posted)
    #expect(entry.caller == "tester")
    #expect(EntryID(entry.id.description) == entry.id)
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
    ledger.openWallet("w", funded: 10)
    for (id, state) in [("frozen", WalletState.frozen), ("closed", .closed)] {
      ledger.openWallet(id, funded: 10)
      ledger.state.accounts[WalletID(id)]?.wallet.state = state
    }
    let before = ledger.wallet(walletID)
    let money = Money(micros: amount, currency: try #require(Currency(code: currency)))
    let outcome = ledger.send(Charge(WalletID(walletID), money, .other, reference: ""))
    #expect(outcome.refusal?.reason.rawValue == reason)
    #expect(ledger.wallet(walletID) == before)
  }

  @Test("may spend the last micro and no more")
  func lastMicro() {
    var ledger = TestLedger()
    ledger.openWallet("w", funded: 10)
    #expect(ledger.send(Charge(WalletID("w"), usd(10), .text, reference: "")).reply?.wallet.posted == 0)
    #expect(
      ledger.send(Charge(WalletID("w"), micros(1), .text, reference: "")).refusal?.reason == .insufficientCredits
    )
  }

  @Test("counts held micros as spent")
  func held() {
    var ledger = TestLedger()
    ledger.openWallet("w", funded: 10)
    _ = ledger.send(PlaceHold(WalletID("w"), usd(4), .call, reference: "", ttl: 60))
    #expect(ledger.send(Charge(WalletID("w"), usd(7), .call, reference: "")).refusal?.reason == .insufficientCredits)
    #expect(ledger.send(Charge(WalletID("w"), usd(6), .call, reference: "")).reply?.wallet.available == usd(0))
  }
}
