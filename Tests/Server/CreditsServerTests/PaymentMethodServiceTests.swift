import CreditsAPI
import CreditsServer
import Testing
import UnixGRPC
import UnixGRPCProtobuf

@Suite("The payment method service", .timeLimit(.minutes(2)))
struct PaymentMethodServiceTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  func daemonWithCard() async throws -> TestDaemon {
    let daemon = try await TestDaemon(directory: directory.path)
    _ = try await daemon.wallets.createWallet(
      CreateWalletRequest(idempotencyKey: "w", walletID: "w", currencyCode: "USD")
    )
    _ = try await daemon.cards.savePaymentMethod(save("pm_card_visa", key: "first"))
    return daemon
  }

  func save(_ token: String, key: String) -> SavePaymentMethodRequest {
    SavePaymentMethodRequest(
      idempotencyKey: key,
      walletID: "w",
      paymentMethodToken: token,
      billingDetails: WalletServiceTests.billing
    )
  }

  func change(_ token: String, key: String = "c") -> ChangeCardAndPayRequest {
    ChangeCardAndPayRequest(
      idempotencyKey: key,
      walletID: "w",
      paymentMethodToken: token,
      billingDetails: WalletServiceTests.billing,
      amount: WalletServiceTests.usd(20)
    )
  }

  func savedLast4(_ daemon: TestDaemon) async throws -> String? {
    try await daemon.cards.getPaymentMethod(GetPaymentMethodRequest(walletID: "w")).paymentMethod?.last4
  }

  @Test("saves a card that pays from then on, and replays the same bytes, across restarts")
  func saves() async throws {
    var daemon = try await daemonWithCard()
    let request = save("pm_card_mastercard", key: "second")
    let first = try await daemon.client.unary(PaymentMethodServiceMethods.savePaymentMethod, request)
    #expect(first.message.paymentMethod?.brand == "mastercard")
    for restarts in [false, true] {
      if restarts {
        try await daemon.stop()
        daemon = try await TestDaemon(directory: directory.path)
      }
      let again = try await daemon.client.unary(PaymentMethodServiceMethods.savePaymentMethod, request)
      #expect(try again.message.serializedBytes() == first.message.serializedBytes())
      #expect(again.trailingMetadata["replayed"] == "true")
      #expect(try await savedLast4(daemon) == "4444")
    }
    let id = try #require(first.message.paymentMethod?.paymentMethodID)
    let read = try await daemon.cards.getPaymentMethod(
      GetPaymentMethodRequest(walletID: "w", paymentMethodID: id)
    )
    #expect(read.paymentMethod == first.message.paymentMethod)
    try await daemon.stop()
  }

  @Test("remembers that the processor declined a card")
  func declines() async throws {
    let daemon = try await daemonWithCard()
    let request = save("pm_card_chargeDeclinedExpiredCard", key: "k")
    let declined = try await status { try await daemon.cards.savePaymentMethod(request) }
    #expect(declined.code == .failedPrecondition)
    #expect(declined.errorInfo?.reason == "PAYMENT_DECLINED")
    #expect(declined.errorInfo?.metadata["decline_code"] == "expired_card")
    #expect(try await status { try await daemon.cards.savePaymentMethod(request) } == declined)
    #expect(try await savedLast4(daemon) == "4242")
    try await daemon.stop()
  }

  @Test(
    "Change Card and Pay replaces the card only once the new one has paid",
    arguments: [
      ("pm_card_mastercard", Recharge.State.paid, "4444", 20), ("pm_card_visa_chargeDeclined", .declined, "4242", 0),
      ("pm_card_authenticationRequired", .authenticationRequired, "4242", 0),
    ] as [(String, Recharge.State, String, Int64)]
  )
  func changes(token: String, state: Recharge.State, last4: String, posted: Int64) async throws {
    var daemon = try await daemonWithCard()
    let first = try await daemon.client.unary(PaymentMethodServiceMethods.changeCardAndPay, change(token))
    #expect(first.message.recharge?.state == state)
    #expect(first.message.paymentMethod?.last4 == last4)
    #expect(first.message.wallet?.posted == WalletServiceTests.usd(posted))
    #expect(try await savedLast4(daemon) == last4)
    try await daemon.stop()
    daemon = try await TestDaemon(directory: directory.path)
    let again = try await daemon.client.unary(PaymentMethodServiceMethods.changeCardAndPay, change(token))
    #expect(try again.message.serializedBytes() == first.message.serializedBytes())
    #expect(again.trailingMetadata["replayed"] == "true")
    #expect(try await savedLast4(daemon) == last4)
    try await daemon.stop()
  }
}
