import Ledger
import Testing

@Suite("The billing details of a card")
struct BillingDetailsTests {
  private static let wallet = WalletID("w")

  static let edited = BillingDetails(
    name: "Ada King",
    email: "ada@king.example",
    country: "IE",
    postalCode: "D02",
    street: "12 St James's Square",
    city: "Dublin",
    company: "Engines Ltd",
    taxID: "IE6388047V"
  )

  private static func ledger() -> TestLedger {
    var ledger = TestLedger()
    ledger.openWallet("w")
    _ = ledger.send(SavePaymentMethod(wallet, card("old")))
    _ = ledger.send(SavePaymentMethod(wallet, card("new")))
    return ledger
  }

  @Test("are edited without a new card, of the default card or of another, and come with later recharges")
  func edited() throws {
    var ledger = Self.ledger()
    let update = UpdateBillingDetails(Self.wallet, nil, Self.edited)
    let before = try #require(ledger.wallet("w"))
    let first = ledger.send(update, key: "update")
    let reply = try #require(first.reply)
    #expect(reply.paymentMethod.id == card("new").id && reply.paymentMethod.billing == Self.edited)
    #expect(reply.paymentMethod.card == card("new").card && reply.paymentMethod.token == card("new").token)
    #expect(reply.wallet.sequence == before.sequence + 1 && reply.wallet.posted == 0)
    #expect(ledger.send(update, key: "update") == first.asReplay)
    _ = ledger.send(UpdateBillingDetails(Self.wallet, card("old").id, Self.edited))
    let cards = try #require(ledger.ask(ListPaymentMethods(Self.wallet)).reply)
    #expect(cards.paymentMethods.map(\.billing) == [Self.edited, Self.edited] && cards.defaultID == card("new").id)
    let recharge = ledger.send(StartRecharge(RechargeID("r"), Self.wallet, usd(10), nil)).reply?.recharge
    #expect(recharge?.paymentMethod.billing == Self.edited)
    try ledger.prove()
  }

  @Test("can be edited while the card is charged, and stay edited once it has paid")
  func charged() throws {
    var ledger = Self.ledger()
    _ = ledger.send(StartRecharge(RechargeID("r"), Self.wallet, usd(10), nil))
    _ = ledger.send(UpdateBillingDetails(Self.wallet, nil, Self.edited))
    _ = ledger.settle("r", .paid(processorChargeID: "ch"))
    _ = ledger.sendAsWorker(
      UpdatePaymentMethod(card("new").id, Card(brand: "visa", last4: "1881", expiryMonth: 6, expiryYear: 2034))
    )
    let found = try #require(ledger.ask(GetPaymentMethod(Self.wallet, nil)).reply).paymentMethod
    #expect(found.billing == Self.edited && found.card.last4 == "1881")
  }

  @Test("of no card, a removed one, another wallet's, or in a closed wallet cannot be edited")
  func refusals() throws {
    var ledger = Self.ledger()
    ledger.openWallet("other")
    _ = ledger.send(RemovePaymentMethod(Self.wallet, card("old").id))
    for (walletID, id, reason) in [
      ("nobody", nil, "WALLET_NOT_FOUND"), ("other", nil, "PAYMENT_METHOD_NOT_FOUND"),
      ("other", card("new").id, "PAYMENT_METHOD_NOT_FOUND"), ("w", card("old").id, "PAYMENT_METHOD_NOT_FOUND"),
    ] as [(String, PaymentMethodID?, String)] {
      let refusal = ledger.send(UpdateBillingDetails(WalletID(walletID), id, Self.edited)).refusal
      #expect(refusal?.reason.rawValue == reason)
    }
    _ = ledger.send(CloseWallet(Self.wallet))
    #expect(ledger.send(UpdateBillingDetails(Self.wallet, nil, Self.edited)).refusal?.reason == .walletClosed)
  }

  @Test(
    "hold no card number, in any field",
    arguments: [
      ("name", \BillingDetails.name), ("email", \.email), ("postal_code", \.postalCode), ("street", \.street),
      ("city", \.city), ("company", \.company), ("tax_id", \.taxID),
    ] as [(String, WritableKeyPath<BillingDetails, String> & Sendable)]
  )
  func screened(name: String, field: WritableKeyPath<BillingDetails, String> & Sendable) {
    var ledger = Self.ledger()
    var billing = Self.edited
    billing[keyPath: field] = "4242 4242 4242 4242"
    let refusal = ledger.send(UpdateBillingDetails(Self.wallet, nil, billing)).refusal
    #expect(refusal?.reason == .cardNumberRefused && refusal?.field == "billing_details.\(name)")
    var candidate = card("third")
    candidate.billing = billing
    #expect(ledger.send(SavePaymentMethod(Self.wallet, candidate)).refusal?.field == "billing_details.\(name)")
    #expect(!"\(ledger.state.changes)".contains("4242 4242"))
  }

  @Test("are kept by their record, and missing in the records of older versions")
  func layouts() throws {
    var ledger = Self.ledger()
    _ = ledger.send(UpdateBillingDetails(Self.wallet, nil, Self.edited))
    let newest = try #require(ledger.state.changes.records.last?.payload)
    #expect(try RecordPayload(canonicalBytes: newest).savedPaymentMethod?.billing == Self.edited)
    var writer = CanonicalWriter()
    let paymentMethod = try #require(ledger.state.paymentMethods[card("new").id])
    writer.write(CanonicalLayout.cards.rawValue + 4)
    writer.write(try #require(ledger.wallet("w")))
    writer.writeRequiredFields(of: paymentMethod)
    let read = try #require(try RecordPayload(canonicalBytes: writer.bytes).savedPaymentMethod)
    #expect(read.billing.name == "Ada King" && read.billing.optionalFields == ["", "", "", ""])
  }
}
