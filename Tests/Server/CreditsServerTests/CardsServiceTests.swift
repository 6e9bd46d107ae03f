import CreditsAPI
import CreditsServer
import Foundation
import Testing
import UnixGRPC
import UnixGRPCProtobuf

@Suite("Several cards of a wallet", .timeLimit(.minutes(2)))
struct CardsServiceTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func daemon(cards tokens: String...) async throws -> TestDaemon {
    let daemon = try await TestDaemon(directory: directory.path)
    _ = try await daemon.wallets.createWallet(
      CreateWalletRequest(idempotencyKey: "w", walletID: "w", currencyCode: "USD")
    )
    for token in tokens {
      try await save(token, daemon)
      daemon.time.advance(.seconds(1))
    }
    return daemon
  }

  private func save(_ token: String, _ daemon: TestDaemon) async throws {
    let request = SavePaymentMethodRequest(
      idempotencyKey: "save-\(token)",
      walletID: "w",
      paymentMethodToken: token,
      billingDetails: WalletServiceTests.billing
    )
    _ = try await daemon.cards.savePaymentMethod(request)
  }

  private func list(_ daemon: TestDaemon) async throws -> ListPaymentMethodsResponse {
    try await daemon.cards.listPaymentMethods(ListPaymentMethodsRequest(walletID: "w"))
  }

  private func id(_ last4: String, _ daemon: TestDaemon) async throws -> String {
    try #require(try await list(daemon).paymentMethods.first { $0.last4 == last4 }).paymentMethodID
  }

  /// Returns the processor's cards and their states.
  private func attachments() throws -> [String] {
    let lines = try String(contentsOfFile: directory.path + "/charges", encoding: .utf8).split(separator: "\n")
    return lines.map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
      .filter { $0[0] == "attachment" }.map { "\($0[4]) \($0[5])" }
  }

  /// Returns once the processor has detached `count` cards and the ledger has recorded it.
  private func waitUntilForgotten(_ count: Int, _ daemon: TestDaemon) async throws {
    let call = try await daemon.client.startCall(
      WalletServiceMethods.watchWallet,
      WatchWalletRequest(walletID: "w", start: .afterSequence(0))
    )
    defer { call.cancel() }
    var forgotten = 0
    for try await response in call {
      if case .change(let change)? = response.update, change.kind == .paymentMethodDetached { forgotten += 1 }
      if forgotten == count { return }
    }
  }

  @Test("are listed newest first with the default, in the recharge options too")
  func lists() async throws {
    let daemon = try await daemon(cards: "pm_card_visa", "pm_card_mastercard")
    let listed = try await list(daemon)
    #expect(listed.paymentMethods.map(\.last4) == ["4444", "4242"])
    #expect(listed.defaultPaymentMethodID == (try await id("4444", daemon)))
    let options = try await daemon.recharges.getRechargeOptions(GetRechargeOptionsRequest(walletID: "w"))
    #expect(options.paymentMethods == listed.paymentMethods)
    #expect(options.paymentMethod?.last4 == "4444")
    try await daemon.stop()
  }

  @Test("pay as selected by the customer")
  func chooses() async throws {
    let daemon = try await daemon(cards: "pm_card_visa", "pm_card_mastercard")
    let request = SetDefaultPaymentMethodRequest(
      idempotencyKey: "d",
      walletID: "w",
      paymentMethodID: try await id("4242", daemon)
    )
    #expect(try await daemon.cards.setDefaultPaymentMethod(request).paymentMethod?.last4 == "4242")
    let recharge = try await daemon.recharges.recharge(
      RechargeRequest(idempotencyKey: "r", walletID: "w", amount: WalletServiceTests.usd(10))
    )
    #expect(recharge.recharge?.paymentMethod?.last4 == "4242")
    try await daemon.stop()
  }

  @Test("are detached at the processor when they are removed, also after a restart")
  func removes() async throws {
    var daemon = try await daemon(cards: "pm_card_visa", "pm_card_mastercard")
    let request = RemovePaymentMethodRequest(
      idempotencyKey: "d",
      walletID: "w",
      paymentMethodID: try await id("4444", daemon)
    )
    let answer = try await daemon.cards.removePaymentMethod(request)
    #expect(answer.paymentMethod?.last4 == "4242")
    try await waitUntilForgotten(1, daemon)
    #expect(try attachments().last == "pm_card_mastercard detached")
    try await daemon.stop()
    daemon = try await TestDaemon(directory: directory.path)
    #expect(try await daemon.cards.removePaymentMethod(request) == answer)
    #expect(try await list(daemon).paymentMethods.map(\.last4) == ["4242"])
    let removed = GetPaymentMethodRequest(walletID: "w", paymentMethodID: request.paymentMethodID)
    let status = try await status { try await daemon.cards.getPaymentMethod(removed) }
    #expect(status.errorInfo?.reason == "PAYMENT_METHOD_NOT_FOUND")
    #expect(try await daemon.verdict().sound)
    try await daemon.stop()
  }

  @Test("are detached at the processor when they are replaced or do not pay")
  func changes() async throws {
    let daemon = try await daemon(cards: "pm_card_visa")
    for (index, token) in ["pm_card_chargeCustomerFail", "pm_card_mastercard"].enumerated() {
      _ = try await daemon.cards.changeCardAndPay(
        ChangeCardAndPayRequest(
          idempotencyKey: "c-\(token)",
          walletID: "w",
          paymentMethodToken: token,
          billingDetails: WalletServiceTests.billing,
          amount: WalletServiceTests.usd(20)
        )
      )
      // Otherwise the processor's task would wait for the next recharge, while time stands still.
      try await waitUntilForgotten(index + 1, daemon)
    }
    let forgotten = try attachments().filter { $0.hasSuffix("detached") }
    #expect(forgotten == ["pm_card_chargeCustomerFail detached", "pm_card_visa detached"])
    #expect(try await list(daemon).paymentMethods.map(\.last4) == ["4444"])
    #expect(try await daemon.verdict().sound)
    try await daemon.stop()
  }

  @Test("are attached once, even if the ledger refuses them")
  func attaches() async throws {
    let daemon = try await daemon()
    let unknown = SavePaymentMethodRequest(
      idempotencyKey: "k",
      walletID: "nobody",
      paymentMethodToken: "pm_card_visa",
      billingDetails: WalletServiceTests.billing
    )
    let missing = try await status { try await daemon.cards.savePaymentMethod(unknown) }
    #expect(missing.errorInfo?.reason == "WALLET_NOT_FOUND")
    #expect(try attachments().isEmpty)
    for number in 1...10 { try await save("pm_sim_expires_2040_\(number < 10 ? "0" : "")\(number)", daemon) }
    let eleventh = try await status { try await save("pm_card_visa", daemon) }
    #expect(eleventh.errorInfo?.reason == "PAYMENT_METHOD_LIMIT")
    #expect(try attachments().suffix(2) == ["pm_card_visa attached", "pm_card_visa detached"])
    #expect(try await status { try await save("pm_card_visa", daemon) } == eleventh)
    #expect(try attachments().count == 12)
    try await daemon.stop()
  }

  @Test("that expire soon cause a warning on the wallet")
  func expiry() async throws {
    let daemon = try await daemon(cards: "pm_sim_expires_2023_12")
    // The clock of these tests starts in November 2023.
    let warning = try await daemon.wallet("w").cardWarning
    #expect(warning == CardWarning(kind: .expiresSoon, expiryMonth: 12, expiryYear: 2023))
    daemon.time.advance(.seconds(60 * 86_400))
    #expect(try await daemon.wallet("w").cardWarning?.kind == .expired)
    try await save("pm_card_visa", daemon)
    #expect(try await daemon.wallet("w").cardWarning == nil)
    try await daemon.stop()
  }
}
