import Ledger
import Testing

@Suite("A memo")
struct MemoTests {
  private static let wallet = WalletID("w")
  private static let memo = "ticket 7"

  /// A wallet with a charge of $4 out of a recharge of $10.
  private static func ledger() throws -> (TestLedger, charge: EntryID) {
    var ledger = TestLedger()
    ledger.openWallet("w", funded: 10)
    let charge = try #require(ledger.send(Charge(wallet, usd(4), .call, reference: "call-1")).reply).entry.id
    return (ledger, charge)
  }

  @Test("stands on the change that froze, unfroze or closed a wallet")
  func states() throws {
    var (ledger, _) = try Self.ledger()
    _ = ledger.send(Charge(Self.wallet, usd(6), .call, reference: ""))
    for mutation in [
      FreezeWallet(Self.wallet, memo: Self.memo), UnfreezeWallet(Self.wallet, memo: Self.memo),
      CloseWallet(Self.wallet, memo: Self.memo),
    ] as [any Mutation] {
      #expect(ledger.send(any: mutation).refusal == nil)
      #expect(ledger.state.changes.records.last?.reference == Self.memo)
    }
    try ledger.prove()
  }

  @Test("stands on a refund of usage, beside the name of the usage")
  func refundOfUsage() throws {
    let (start, charge) = try Self.ledger()
    var ledger = start
    let refund = RefundCharge(charge, usd(1), memo: Self.memo)
    let entry = try #require(ledger.send(refund, key: "refund").reply).entry
    #expect(entry.memo == Self.memo && entry.reference == "call-1")
    let payload = try #require(ledger.state.changes.records.last?.payload)
    #expect(try RecordPayload(canonicalBytes: payload).entry == entry)
    #expect(ledger.send(refund, key: "refund").reply?.entry == entry)
    #expect(
      ledger.send(RefundCharge(charge, usd(1), memo: "other"), key: "refund").refusal?.reason == .idempotencyKeyReused
    )
    try ledger.prove()
  }

  @Test("stands on a refund of a recharge in all its states, and on its entry, unless a person says more")
  func refundOfRecharge() throws {
    var (ledger, _) = try Self.ledger()
    for (number, isSettledByHand) in [(1, false), (2, true)] {
      let id = RechargeRefundID("f\(number)")
      let begun = try #require(ledger.send(RefundRecharge(id, RechargeID("fund-w"), usd(1), memo: Self.memo)).reply)
      #expect(begun.refund.memo == Self.memo)
      let refunded = RefundSettlement.refunded(processorRefundID: "re-\(number)")
      if isSettledByHand {
        _ = ledger.sendAsWorker(SettleRechargeRefund(id, .needsReview(explanation: "unknown")))
        let settled = ledger.send(SettleRechargeRefundReview(id, refunded, memo: "seen")).reply
        #expect(settled?.entry?.reference == "seen" && settled?.refund.memo == Self.memo)
      } else {
        let settled = ledger.sendAsWorker(SettleRechargeRefund(id, refunded)).reply
        #expect(settled?.entry?.reference == Self.memo && settled?.refund.memo == Self.memo)
      }
      let payload = try #require(ledger.state.changes.records.last?.payload)
      #expect(try RecordPayload(canonicalBytes: payload).rechargeRefund?.memo == Self.memo)
    }
    try ledger.prove()
  }

  @Test("holds no card number")
  func screened() throws {
    let (start, charge) = try Self.ledger()
    var ledger = start
    let memo = "for 4242 4242 4242 4242"
    for mutation in [
      FreezeWallet(Self.wallet, memo: memo), UnfreezeWallet(Self.wallet, memo: memo),
      CloseWallet(Self.wallet, memo: memo), RefundCharge(charge, usd(1), memo: memo),
      RefundRecharge(RechargeRefundID("f"), RechargeID("fund-w"), usd(1), memo: memo),
    ] as [any Mutation] {
      let refusal = ledger.send(any: mutation).refusal
      #expect(refusal?.reason == .cardNumberRefused && refusal?.field == "memo", "\(mutation)")
    }
    #expect(!"\(ledger.state.changes)".contains("4242 4242"))
  }
}
