import CreditsAPI
import ProtobufDescriptors
import Testing
import UnixGRPC

/// The pages of the Add Credits overlay against the contract: each of their fields and buttons, and nothing left over on
/// either side.
@Suite("The Add Credits overlay", .timeLimit(.minutes(2)))
struct OverlayTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// A field or a button of a page, and what serves it: rpcs, or fields of their messages.
  struct Element: CustomTestStringConvertible {
    let page: String
    let name: String
    let served: [String]

    init(_ page: String, _ name: String, by served: String...) {
      self.page = page
      self.name = name
      self.served = served
    }

    var testDescription: String { "\(page): \(name)" }
  }

  static let elements = recharge + changeCardAndPay + autoRecharge

  static let recharge = [
    Element(
      "Recharge",
      "the page opens, for a customer",
      by: "RechargeService.GetRechargeOptions",
      "GetRechargeOptionsRequest.wallet_id"
    ),
    Element("Recharge", "credit that is left", by: "GetRechargeOptionsResponse.wallet"),
    Element("Recharge", "amount: buttons up to $1000", by: "GetRechargeOptionsResponse.suggested_amounts"),
    Element(
      "Recharge",
      "amount: a field for $10 to $1000",
      by: "GetRechargeOptionsResponse.minimum_amount",
      "GetRechargeOptionsResponse.maximum_amount",
      "GetRechargeOptionsResponse.amount_increment",
      "RechargeRequest.amount"
    ),
    Element(
      "Recharge",
      "payment details are asked for the first time",
      by: "GetRechargeOptionsResponse.payment_details_required",
      "RechargeRequest.payment_method_token",
      "RechargeRequest.billing_details"
    ),
    Element("Recharge", "name on the card", by: "BillingDetails.name"),
    Element("Recharge", "e-mail", by: "BillingDetails.email"),
    Element("Recharge", "country", by: "BillingDetails.country"),
    Element("Recharge", "postal code", by: "BillingDetails.postal_code"),
    Element("Recharge", "street", by: "BillingDetails.street"),
    Element("Recharge", "city", by: "BillingDetails.city"),
    Element("Recharge", "company", by: "BillingDetails.company"),
    Element("Recharge", "tax id", by: "BillingDetails.tax_id"),
    Element(
      "Recharge",
      "payment details are saved without a payment",
      by: "PaymentMethodService.SavePaymentMethod",
      "SavePaymentMethodRequest.idempotency_key",
      "SavePaymentMethodRequest.wallet_id",
      "SavePaymentMethodRequest.payment_method_token",
      "SavePaymentMethodRequest.billing_details",
      "SavePaymentMethodResponse.payment_method",
      "SavePaymentMethodResponse.wallet"
    ),
    Element(
      "Recharge",
      "the saved card is listed, and used",
      by: "GetRechargeOptionsResponse.payment_method",
      "PaymentMethod.payment_method_id",
      "PaymentMethod.wallet_id",
      "PaymentMethod.brand",
      "PaymentMethod.last4",
      "PaymentMethod.expiry_month",
      "PaymentMethod.expiry_year",
      "PaymentMethod.billing_details",
      "PaymentMethod.create_time"
    ),
    Element("Recharge", "other saved cards", by: "GetRechargeOptionsResponse.payment_methods"),
    Element(
      "Recharge",
      "another saved card is used",
      by: "PaymentMethodService.SetDefaultPaymentMethod",
      "SetDefaultPaymentMethodRequest.idempotency_key",
      "SetDefaultPaymentMethodRequest.wallet_id",
      "SetDefaultPaymentMethodRequest.payment_method_id",
      "SetDefaultPaymentMethodResponse.payment_method",
      "SetDefaultPaymentMethodResponse.wallet"
    ),
    Element(
      "Recharge",
      "billing details are edited",
      by: "PaymentMethodService.UpdateBillingDetails",
      "UpdateBillingDetailsRequest.idempotency_key",
      "UpdateBillingDetailsRequest.wallet_id",
      "UpdateBillingDetailsRequest.payment_method_id",
      "UpdateBillingDetailsRequest.billing_details",
      "UpdateBillingDetailsResponse.payment_method",
      "UpdateBillingDetailsResponse.wallet"
    ),
    Element(
      "Recharge",
      "button: Recharge",
      by: "RechargeService.Recharge",
      "RechargeRequest.idempotency_key",
      "RechargeRequest.wallet_id",
      "RechargeResponse.recharge",
      "RechargeResponse.wallet",
      "RechargeResponse.entry"
    ),
    Element(
      "Recharge",
      "a recharge that is still under way",
      by: "GetRechargeOptionsResponse.open_recharge",
      "GetRechargeOptionsResponse.open_recharge_id",
      "GetRechargeOptionsResponse.open_recharge_expire_time"
    ),
    Element(
      "Recharge",
      "the cardholder has authenticated",
      by: "RechargeService.CompleteRecharge",
      "CompleteRechargeRequest.recharge_id",
      "CompleteRechargeResponse.recharge",
      "CompleteRechargeResponse.wallet",
      "CompleteRechargeResponse.entry"
    ),
    Element(
      "Recharge",
      "button: Cancel, where the cardholder will not authenticate",
      by: "RechargeService.CancelRecharge",
      "CancelRechargeRequest.idempotency_key",
      "CancelRechargeRequest.recharge_id",
      "CancelRechargeResponse.recharge",
      "CancelRechargeResponse.wallet",
      "CancelRechargeResponse.entry"
    ),
  ]

  static let changeCardAndPay = [
    Element(
      "Change Card and Pay",
      "payment details of the new card",
      by: "ChangeCardAndPayRequest.payment_method_token",
      "ChangeCardAndPayRequest.billing_details"
    ),
    Element("Change Card and Pay", "amount: $10 to $1000", by: "ChangeCardAndPayRequest.amount"),
    Element("Change Card and Pay", "auto-recharge", by: "ChangeCardAndPayRequest.auto_recharge"),
    Element(
      "Change Card and Pay",
      "button: Change Card and Pay, in one step",
      by: "PaymentMethodService.ChangeCardAndPay",
      "ChangeCardAndPayRequest.idempotency_key",
      "ChangeCardAndPayRequest.wallet_id",
      "ChangeCardAndPayResponse.recharge",
      "ChangeCardAndPayResponse.wallet",
      "ChangeCardAndPayResponse.entry",
      "ChangeCardAndPayResponse.payment_method"
    ),
  ]

  static let autoRecharge = [
    Element(
      "Auto-recharge",
      "checkbox",
      by: "AutoRechargeSettings.enabled",
      "GetRechargeOptionsResponse.auto_recharge",
      "AutoRecharge.settings"
    ),
    Element(
      "Auto-recharge",
      "when credit is below $10 to $1000",
      by: "AutoRechargeSettings.threshold",
      "GetRechargeOptionsResponse.suggested_thresholds"
    ),
    Element("Auto-recharge", "recharge for $10 to $1000", by: "AutoRechargeSettings.amount"),
    Element(
      "Auto-recharge",
      "no more than so much a month",
      by: "AutoRechargeSettings.monthly_limit",
      "AutoRecharge.charged_this_month"
    ),
    Element("Auto-recharge", "saved together with a payment", by: "RechargeRequest.auto_recharge"),
    Element(
      "Auto-recharge",
      "button: Save",
      by: "RechargeService.SetAutoRecharge",
      "SetAutoRechargeRequest.idempotency_key",
      "SetAutoRechargeRequest.wallet_id",
      "SetAutoRechargeRequest.settings",
      "SetAutoRechargeResponse.wallet",
      "SetAutoRechargeResponse.recharge_started"
    ),
    Element(
      "Auto-recharge",
      "what it waits for",
      by: "RechargeService.GetAutoRecharge",
      "GetAutoRechargeRequest.wallet_id",
      "GetAutoRechargeResponse.auto_recharge",
      "GetAutoRechargeResponse.explanation",
      "GetAutoRechargeResponse.wallet",
      "AutoRecharge.state",
      "AutoRecharge.recharge_id",
      "AutoRecharge.next_eligible_time",
      "AutoRecharge.decline_code",
      "AutoRecharge.failure_count"
    ),
    Element(
      "Auto-recharge",
      "button: Resume, after a decline",
      by: "RechargeService.ResumeAutoRecharge",
      "ResumeAutoRechargeRequest.idempotency_key",
      "ResumeAutoRechargeRequest.wallet_id",
      "ResumeAutoRechargeResponse.wallet",
      "ResumeAutoRechargeResponse.recharge_started"
    ),
  ]

  /// The messages of the overlay: those of the rpcs above, and what these hold beside wallets, recharges and entries.
  private static func messages(of elements: [Element]) -> Set<String> {
    let rpcs = elements.flatMap(\.served).filter { $0.contains("Service.") }.compactMap {
      $0.split(separator: ".").last
    }
    return Set(
      rpcs.flatMap { ["\($0)Request", "\($0)Response"] } + [
        "AutoRechargeSettings", "AutoRecharge", "BillingDetails", "PaymentMethod",
      ]
    )
  }

  @Test("has nothing that the contract lacks, and the contract nothing for it that no page shows")
  func transcript() throws {
    let files = try FileDescriptorSet(serializedBytes: ContractDescriptors.serializedFileDescriptorSet).files
      .filter { $0.package == "credits.v1" }
    let messages = Self.messages(of: Self.elements)
    let fields = files.flatMap(\.messages).filter { messages.contains($0.name) }
      .flatMap { message in message.fields.map { "\(message.name).\($0.name)" } }
    let rpcs = files.flatMap(\.services).flatMap { service in service.methods.map { "\(service.name).\($0.name)" } }
    let served = Self.elements.flatMap(\.served)
    #expect(Set(served).count == served.count, "an element is named once")
    #expect(Set(served).subtracting(fields).subtracting(rpcs) == [], "the contract lacks these")
    #expect(Set(fields).subtracting(served) == [], "no page shows these")
    // What other pages and services call.
    #expect(
      Set(rpcs.filter { $0.hasPrefix("RechargeService.") || $0.hasPrefix("PaymentMethodService.") })
        .subtracting(served) == [
          "RechargeService.GetRecharge", "RechargeService.ListRecharges", "RechargeService.RefundRecharge",
          "RechargeService.SettleReview", "PaymentMethodService.GetPaymentMethod",
          "PaymentMethodService.ListPaymentMethods", "PaymentMethodService.RemovePaymentMethod",
          "PaymentMethodService.IngestProcessorEvent", "PaymentMethodService.SetUpPaymentMethod",
        ]
    )
  }

  private static func usd(_ dollars: Int64) -> Money { WalletServiceTests.usd(dollars) }

  private static let first = AutoRechargeSettings(enabled: true, threshold: usd(10), amount: usd(25))
  private static let second = AutoRechargeSettings(enabled: true, threshold: usd(1000), amount: usd(1000))

  private func options(_ daemon: TestDaemon) async throws -> GetRechargeOptionsResponse {
    try await daemon.recharges.getRechargeOptions(GetRechargeOptionsRequest(walletID: "w"))
  }

  @Test("is played by one customer, on a first visit and a second")
  func visits() async throws {
    let daemon = try await TestDaemon(directory: directory.path)
    _ = try await daemon.wallets.createWallet(
      CreateWalletRequest(idempotencyKey: "create", walletID: "w", currencyCode: "USD")
    )
    try await firstVisit(daemon)
    try await secondVisit(daemon)
    #expect(try await daemon.verdict().sound)
    try await daemon.stop()
  }

  /// No card is saved: payment details are asked for, and saved with the settings once they have paid.
  private func firstVisit(_ daemon: TestDaemon) async throws {
    let new = try await options(daemon)
    #expect(new.paymentDetailsRequired && new.paymentMethod == nil && new.paymentMethods.isEmpty)
    #expect(new.autoRecharge == nil && new.suggestedThresholds.last == Self.usd(1000))
    #expect(new.minimumAmount == Self.usd(10) && new.maximumAmount == Self.usd(1000))
    #expect(new.suggestedAmounts.first == Self.usd(10) && new.suggestedAmounts.last == Self.usd(1000))
    let unasked = try await status {
      try await daemon.recharges.recharge(RechargeRequest(idempotencyKey: "0", walletID: "w", amount: Self.usd(50)))
    }
    #expect(unasked.errorInfo?.reason == "PAYMENT_METHOD_REQUIRED")
    let paid = try await daemon.recharges.recharge(
      RechargeRequest(
        idempotencyKey: "1",
        walletID: "w",
        amount: Self.usd(50),
        paymentMethodToken: "pm_card_visa",
        billingDetails: WalletServiceTests.billing,
        autoRecharge: Self.first
      )
    )
    #expect(paid.recharge?.state == .paid && paid.wallet?.available == Self.usd(50))
  }

  /// The saved card is listed and used, its billing details are edited, and another card takes its place and pays.
  private func secondVisit(_ daemon: TestDaemon) async throws {
    let known = try await options(daemon)
    #expect(!known.paymentDetailsRequired && known.paymentMethod?.last4 == "4242")
    #expect(known.paymentMethod?.billingDetails == WalletServiceTests.billing)
    #expect(known.autoRecharge?.settings == Self.first)
    let again = try await daemon.recharges.recharge(
      RechargeRequest(idempotencyKey: "2", walletID: "w", amount: Self.usd(1000))
    )
    #expect(again.recharge?.paymentMethod?.last4 == "4242" && again.wallet?.available == Self.usd(1050))

    var billing = WalletServiceTests.billing
    (billing.street, billing.city, billing.company, billing.taxID) = ("1 Main Street", "Bath", "Engines", "GB123456789")
    let edited = try await daemon.cards.updateBillingDetails(
      UpdateBillingDetailsRequest(idempotencyKey: "3", walletID: "w", billingDetails: billing)
    )
    #expect(edited.paymentMethod?.billingDetails == billing && edited.paymentMethod?.last4 == "4242")
    #expect(try await options(daemon).paymentMethod?.billingDetails == billing)

    func change(_ token: String, _ settings: AutoRechargeSettings, key: String) async throws -> ChangeCardAndPayResponse
    {
      try await daemon.cards.changeCardAndPay(
        ChangeCardAndPayRequest(
          idempotencyKey: key,
          walletID: "w",
          paymentMethodToken: token,
          billingDetails: billing,
          amount: Self.usd(10),
          autoRecharge: settings
        )
      )
    }
    let declined = try await change("pm_card_visa_chargeDeclined", Self.second, key: "4")
    #expect(declined.recharge?.state == .declined && declined.paymentMethod?.last4 == "4242")
    #expect(try await options(daemon).autoRecharge?.settings == Self.first)
    let changed = try await change("pm_card_mastercard", Self.second, key: "5")
    #expect(changed.recharge?.state == .paid && changed.wallet?.available == Self.usd(1060))
    let after = try await options(daemon)
    #expect(after.paymentMethods.map(\.last4) == ["4444"] && after.paymentMethod?.billingDetails == billing)
    #expect(after.autoRecharge?.settings == Self.second && after.autoRecharge?.state == .armed)

    let off = try await daemon.recharges.setAutoRecharge(
      SetAutoRechargeRequest(idempotencyKey: "6", walletID: "w", settings: AutoRechargeSettings(enabled: false))
    )
    #expect(off.wallet?.autoRecharge?.state == .disabled && !off.rechargeStarted)
    var saved = Self.second
    saved.enabled = false
    #expect(try await options(daemon).autoRecharge?.settings == saved)
  }
}
