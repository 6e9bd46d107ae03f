import Ledger

/// The records that the tests settle, and the processor's responses about them.
enum SettlementSubjects {
  static let start = LedgerTime(microseconds: 1_700_000_000_000_000)

  static func moment(_ seconds: Int64) -> Moment {
    Moment(time: start.adding(seconds: seconds))
  }

  static let newCard = PaymentMethod(
    id: PaymentMethodID("card_1"),
    walletID: WalletID("w"),
    token: PaymentMethodToken("tok_new"),
    card: Card(brand: "visa", last4: "4242", expiryMonth: 12, expiryYear: 2040),
    billing: BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1"),
    createTime: start
  )

  static let attachment = CardAttachment(
    token: PaymentMethodToken("tok_attached"),
    card: Card(brand: "visa", last4: "4242", expiryMonth: 1, expiryYear: 2041)
  )

  /// A recharge of $10 with a card that is attached, or with one that is not.
  static func recharge(_ state: RechargeState = .processing, isAttached: Bool = true) -> Recharge {
    Recharge(
      id: RechargeID("rch_1"),
      walletID: WalletID("w"),
      caller: "tester",
      amount: usd(10),
      purpose: .recharge,
      state: state,
      paymentMethod: newCard,
      paymentMethodIsCandidate: true,
      paymentMethodIsAttached: isAttached,
      createTime: start,
      updateTime: start
    )
  }

  /// A refund of $4.
  static func refund(_ state: RechargeRefundState = .processing) -> RechargeRefund {
    RechargeRefund(
      id: RechargeRefundID("rfd_1"),
      rechargeID: RechargeID("rch_1"),
      walletID: WalletID("w"),
      caller: "tester",
      amount: usd(4),
      processorChargeID: "ch_1",
      state: state,
      createTime: start,
      updateTime: start
    )
  }

  static func charge(
    _ status: ChargeResult.Status,
    of id: String = "rch_1",
    amount: Money = usd(10)
  ) -> ChargeResult {
    ChargeResult(id: "ch_1", rechargeID: RechargeID(id), amount: amount, status: status)
  }

  static func refund(
    _ status: RefundResult.Status,
    key: String = "credits-rfd_1",
    chargeID: String = "ch_1",
    amount: Money = usd(4)
  ) -> RefundResult {
    RefundResult(id: "re_1", key: key, chargeID: chargeID, amount: amount, status: status)
  }
}

/// The calls that settle them.
extension ProcessorCall {
  static let attachNewCard = ProcessorCall.attachCard(
    key: "credits-rch_1-card",
    walletID: WalletID("w"),
    token: PaymentMethodToken("tok_new"),
    billing: SettlementSubjects.newCard.billing
  )
  static let createTheCharge = ProcessorCall.createCharge(
    key: "credits-rch_1",
    rechargeID: RechargeID("rch_1"),
    walletID: WalletID("w"),
    amount: usd(10),
    token: PaymentMethodToken("tok_new"),
    isCardholderPresent: true,
    billing: SettlementSubjects.newCard.billing
  )
  static let findTheCharge = ProcessorCall.findCharge(key: "credits-rch_1")
  static let cancelTheCharge = ProcessorCall.cancelCharge(key: "credits-rch_1")
  static let createTheRefund = ProcessorCall.createRefund(
    key: "credits-rfd_1",
    chargeID: "ch_1",
    rechargeID: RechargeID("rch_1"),
    amount: usd(4)
  )
  static let findTheRefund = ProcessorCall.findRefund(key: "credits-rfd_1", chargeID: "ch_1")
}
