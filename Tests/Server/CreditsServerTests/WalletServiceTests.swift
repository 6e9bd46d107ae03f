import CreditsAPI
import CreditsServer
import Testing
import UnixGRPC
import UnixGRPCProtobuf

@Suite("The wallet service", .timeLimit(.minutes(2)))
struct WalletServiceTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  static func usd(_ dollars: Int64) -> Money { Money(currencyCode: "USD", micros: dollars * 1_000_000) }

  static let billing = BillingDetails(name: "A. Person", email: "a@example.org", country: "US", postalCode: "94107")

  @Test("creates, charges and reads a wallet")
  func path() async throws {
    let daemon = try await TestDaemon(directory: directory.path)
    let created = try await daemon.wallets.createWallet(
      CreateWalletRequest(idempotencyKey: "1", walletID: "w", currencyCode: "USD")
    )
    #expect(created.wallet?.state == .active)
    #expect(created.wallet?.sequence == 1)
    #expect(created.wallet?.available == Self.usd(0))
    let recharged = try await daemon.recharges.recharge(
      RechargeRequest(
        idempotencyKey: "2",
        walletID: "w",
        amount: Self.usd(10),
        paymentMethodToken: "pm_card_visa",
        billingDetails: Self.billing
      )
    )
    #expect(recharged.recharge?.state == .paid)
    let charged = try await daemon.wallets.charge(
      ChargeRequest(idempotencyKey: "3", walletID: "w", amount: Self.usd(3), reason: .call, reference: "call-1")
    )
    #expect(charged.wallet?.posted == Self.usd(7))
    #expect(charged.entry?.amount == Self.usd(-3))
    #expect(charged.entry?.reason == .call)
    #expect(charged.entry?.actor == ownName)
    #expect(charged.entry?.sequence == charged.wallet?.sequence)
    let read = try await daemon.wallets.getWallet(GetWalletRequest(walletID: "w"))
    #expect(read.wallet == charged.wallet)
    try await daemon.stop()
  }

  @Test("answers a repeated key with the same bytes, marked as replayed, also after a restart")
  func replays() async throws {
    var daemon = try await TestDaemon(directory: directory.path)
    let create = CreateWalletRequest(idempotencyKey: "1", walletID: "w", currencyCode: "USD")
    let charge = ChargeRequest(idempotencyKey: "2", walletID: "w", amount: Self.usd(3), reason: .text)
    let first = try await daemon.client.unary(WalletServiceMethods.createWallet, create)
    #expect(first.trailingMetadata["replayed"] == nil)
    let refusal = try await status { try await daemon.wallets.charge(charge) }
    #expect(refusal.code == .failedPrecondition)
    #expect(refusal.message == "available $0.00, this call needs $3.00: recharge at least $10.00")
    #expect(refusal.errorInfo?.metadata["shortfall"] == "3000000")
    for restarts in [false, true] {
      if restarts {
        try await daemon.stop()
        daemon = try await TestDaemon(directory: directory.path)
      }
      let again = try await daemon.client.unary(WalletServiceMethods.createWallet, create)
      #expect(try again.message.serializedBytes() == first.message.serializedBytes())
      #expect(again.trailingMetadata["replayed"] == "true")
      #expect(try await status { try await daemon.wallets.charge(charge) } == refusal)
      var other = create
      other.walletID = "v"
      let reused = try await status { try await daemon.wallets.createWallet(other) }
      #expect(reused.code == .failedPrecondition)
      #expect(reused.errorInfo?.reason == "IDEMPOTENCY_KEY_REUSED")
    }
    try await daemon.stop()
  }

  @Test("names the invalid field of a request")
  func validation() async throws {
    let daemon = try await TestDaemon(directory: directory.path)
    _ = try await daemon.wallets.createWallet(
      CreateWalletRequest(idempotencyKey: "w", walletID: "w", currencyCode: "USD")
    )
    let long = String(repeating: "x", count: 256)
    func charge(
      _ key: String = "k",
      _ wallet: String = "w",
      _ amount: Money? = Self.usd(1),
      _ reason: Entry.Reason = .call,
      _ reference: String = ""
    ) -> ChargeRequest {
      ChargeRequest(idempotencyKey: key, walletID: wallet, amount: amount, reason: reason, reference: reference)
    }
    let table: [(ChargeRequest, String, String)] = [
      (charge(""), "IDEMPOTENCY_KEY_REQUIRED", "idempotency_key"),
      (charge(long), "FIELD_INVALID", "idempotency_key"),
      (charge("k", ""), "FIELD_INVALID", "wallet_id"),
      (charge("k", long), "FIELD_INVALID", "wallet_id"),
      (charge("k", "w", nil), "FIELD_INVALID", "amount"),
      (charge("k", "w", Money(currencyCode: "usd", micros: 1)), "FIELD_INVALID", "amount.currency_code"),
      (charge("k", "w", Money(currencyCode: "EUR", micros: 1)), "CURRENCY_MISMATCH", "amount.currency_code"),
      (charge("k", "w", Money(currencyCode: "USD", micros: 0)), "AMOUNT_OUT_OF_RANGE", "amount.micros"),
      (charge("k", "w", Money(currencyCode: "USD", micros: .min)), "AMOUNT_OUT_OF_RANGE", "amount.micros"),
      (charge("k", "w", Self.usd(1), .unspecified), "FIELD_INVALID", "reason"),
      (charge("k", "w", Self.usd(1), .unrecognized(77)), "FIELD_INVALID", "reason"),
      (charge("k", "w", Self.usd(1), .call, long), "FIELD_INVALID", "reference"),
    ]
    for (request, reason, field) in table {
      let status = try await status { try await daemon.wallets.charge(request) }
      #expect(status.code == .invalidArgument, "\(request)")
      #expect(status.errorInfo?.reason == reason, "\(request)")
      #expect(status.errorInfo?.domain == "credits.v1")
      #expect(status.violations == [field], "\(request)")
    }
    for (wallet, currency, field) in [
      ("", "USD", "wallet_id"), ("v", "dollar", "currency_code"), ("v", "EUR", "currency_code"),
    ] {
      let request = CreateWalletRequest(idempotencyKey: "k", walletID: wallet, currencyCode: currency)
      let status = try await status { try await daemon.wallets.createWallet(request) }
      #expect(status.errorInfo?.reason == "FIELD_INVALID")
      #expect(status.violations == [field])
    }
    let absent = try await status { try await daemon.wallets.getWallet(GetWalletRequest(walletID: "none")) }
    #expect(absent.code == .notFound)
    #expect(absent.errorInfo?.reason == "WALLET_NOT_FOUND")
    let exists = try await status {
      try await daemon.wallets.createWallet(
        CreateWalletRequest(idempotencyKey: "x", walletID: "w", currencyCode: "USD")
      )
    }
    #expect(exists.code == .alreadyExists)
    try await daemon.stop()
  }
}
