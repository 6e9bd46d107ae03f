import Ledger

// Saved cards, and refunds, disputes and reviews of recharges.
extension Script {
  /// Adds several cards in all their states, and their refusals.
  mutating func addCards(_ walletID: WalletID) {
    func card(_ number: Int) -> CandidateCard { Scenario.card("\(walletID)\(number)") }
    add(CreateWallet(walletID, .usd))
    for number in 1...PaymentMethod.mostPerWallet + 1 { add(SavePaymentMethod(walletID, card(number))) }
    add(SetDefaultPaymentMethod(walletID, card(3).id))
    add(RemovePaymentMethod(walletID, card(3).id))
    add(DetachPaymentMethod(card(3).id))
    add(RemovePaymentMethod(walletID, card(1).id))
    let changed = RechargeID("changed-\(walletID)")
    add(ChangeCardAndPay(changed, walletID, Scenario.usd(10), card(20)))
    add(AttachCard(changed, PaymentMethodToken("tok-attached"), card(20).card))
    add(SettleRecharge(changed, .paid(processorChargeID: "ch-\(changed)")))
    let declined = RechargeID("declined-\(walletID)")
    add(StartRecharge(declined, walletID, Scenario.usd(10), card(21)))
    add(AttachCard(declined, PaymentMethodToken("tok-declined"), card(21).card))
    add(SettleRecharge(declined, .declined(processorChargeID: nil, code: "generic_decline")))
    add(UpdatePaymentMethod(card(4).id, Card(brand: "visa", last4: "1881", expiryMonth: 6, expiryYear: 2034)))
    add(InvalidatePaymentMethod(card(5).id))
    var billing = card(6).billing
    (billing.street, billing.company, billing.taxID) = ("Großer Platz 1", "é", "DE811907980")
    add(UpdateBillingDetails(walletID, card(6).id, billing))
  }

  /// Adds refunds and disputes in all their states, reviews, and their refusals.
  mutating func addRechargeRefunds(_ walletID: WalletID) {
    func paid(_ name: String, _ dollars: Int64) -> RechargeID {
      let id = RechargeID("\(name)-\(walletID)")
      add(StartRecharge(id, walletID, Scenario.usd(dollars), name == "a" ? Scenario.card("\(walletID)") : nil))
      add(SettleRecharge(id, .paid(processorChargeID: "ch-\(id)")))
      return id
    }
    func refund(_ name: String) -> RechargeRefundID { RechargeRefundID("rfd-\(name)-\(walletID)") }
    add(CreateWallet(walletID, .usd))
    let first = paid("a", 100)
    add(RefundRecharge(refund("1"), first, Scenario.usd(30)))
    add(SettleRechargeRefund(refund("1"), .refunded(processorRefundID: "re-1-\(walletID)")))
    add(RefundRecharge(refund("2"), first, Scenario.usd(20)))
    add(SettleRechargeRefund(refund("2"), .refunded(processorRefundID: "re-2-\(walletID)")))
    add(
      SettleRechargeRefund(
        refund("2"),
        .failed(processorRefundID: "re-2-\(walletID)", explanation: "the card is closed")
      )
    )
    add(RefundRecharge(refund("3"), first, Scenario.usd(10)))
    add(SettleRechargeRefund(refund("3"), .needsReview(explanation: "unknown for 23 h")))
    let others = RefundSettlement.refunded(processorRefundID: "re-1-\(walletID)")
    add(SettleRechargeRefundReview(refund("3"), others, memo: "a mistake"))
    let seen = RefundSettlement.failed(processorRefundID: nil, explanation: "seen by a person")
    add(SettleRechargeRefundReview(refund("3"), seen, memo: "seen at the processor"))
    add(SettleRechargeRefundReview(refund("3"), seen, memo: "again"))
    add(RefundRecharge(refund("4"), first, Scenario.usd(80)))
    add(RefundRecharge(refund("5"), first, Scenario.usd(5)))
    let elsewhere = RecordFoundRefund("re-found-\(walletID)", of: first, Scenario.usd(15))
    add(elsewhere)
    let returned = RefundSettlement.failed(processorRefundID: elsewhere.processorRefundID, explanation: "returned")
    add(SettleRechargeRefund(elsewhere.refundID, returned))
    let many = paid("b", 10)
    for number in 0...RechargeRefund.mostPerRecharge {
      add(RefundRecharge(refund("b\(number)"), many, Scenario.micros(10_000)))
    }
    let disputed = paid("c", 50)
    let dispute = DisputeID("dp-1-\(walletID)")
    add(RecordDispute(dispute, disputed, Scenario.usd(50), .opened))
    add(RecordDispute(dispute, disputed, Scenario.usd(50), .won))
    add(RecordDispute(DisputeID("dp-2-\(walletID)"), disputed, Scenario.usd(40), .lost))
    add(RecordDispute(DisputeID("dp-3-\(walletID)"), disputed, Scenario.usd(5), .opened))
    let reviewed = RechargeID("d-\(walletID)")
    add(StartRecharge(reviewed, walletID, Scenario.usd(10), nil))
    add(RefundRecharge(refund("6"), reviewed, Scenario.usd(10)))
    add(SettleRecharge(reviewed, .needsReview(explanation: "unknown for 23 h")))
    add(SettleRechargeReview(reviewed, .paid(processorChargeID: "ch-\(first)"), memo: "a mistake"))
    add(SettleRechargeReview(reviewed, .paid(processorChargeID: "ch-\(reviewed)"), memo: "seen at the processor"))
  }

  /// Adds recharges in review beside an open one, and recharges and a refund that were given up and succeed all the same.
  mutating func addLateSuccesses(_ walletID: WalletID) {
    func id(_ name: String) -> RechargeID { RechargeID("\(name)-\(walletID)") }
    func paid(_ name: String) -> Settlement { .paid(processorChargeID: "ch-\(id(name))") }
    add(CreateWallet(walletID, .usd))
    for name in ["late", "later", "unpaid"] {
      add(StartRecharge(id(name), walletID, Scenario.usd(10), Scenario.card("\(name)-\(walletID)")))
      add(SettleRecharge(id(name), .needsReview(explanation: "unknown for an hour")))
    }
    add(StartRecharge(id("open"), walletID, Scenario.usd(20), Scenario.card("open-\(walletID)")))
    add(SettleRecharge(id("late"), paid("late")))
    add(SettleRechargeReview(id("later"), .failed(processorChargeID: nil, explanation: "seen"), memo: "seen"))
    add(SettleRecharge(id("later"), paid("later")))
    add(SettleRecharge(id("open"), .declined(processorChargeID: "ch-\(id("open"))", code: "do_not_honor")))
    add(SettleRecharge(id("open"), paid("open")))
    add(CloseWallet(walletID))
    let waiting = id("waiting")
    add(StartRecharge(waiting, walletID, Scenario.usd(10), nil))
    add(
      SettleRecharge(
        waiting,
        .authenticationRequired(processorChargeID: "ch-\(waiting)", nextActionURL: "https://bank.example")
      )
    )
    add(CancelRecharge(waiting, .failed(processorChargeID: "ch-\(waiting)", explanation: "cancelled")))
    let refund = RechargeRefundID("rfd-late-\(walletID)")
    add(RefundRecharge(refund, id("late"), Scenario.usd(5)))
    add(SettleRechargeRefund(refund, .failed(processorRefundID: nil, explanation: "refused")))
    add(SettleRechargeRefund(refund, .refunded(processorRefundID: "re-late-\(walletID)")))
    add(RecordDispute(DisputeID("dp-4-\(walletID)"), id("late"), Scenario.usd(6), .opened))
    add(RecordDispute(DisputeID("dp-5-\(walletID)"), id("late"), Scenario.usd(10), .lost))
  }
}
