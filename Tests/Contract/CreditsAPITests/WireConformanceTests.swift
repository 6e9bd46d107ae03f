import CreditsAPI
import DynamicMessages
@_spi(CLayout) import ProtobufC
import ProtobufDescriptors
import Testing

@Suite("Every message of the contract")
struct WireConformanceTests {
  private static let messages: [any CStructMessage.Type] = [
    AdjustBalanceRequest.self, AdjustBalanceResponse.self, AutoRecharge.self, AutoRechargeSettings.self,
    BackupLedgerRequest.self, BackupLedgerResponse.self,
    BillingDetails.self, CancelRechargeRequest.self, CancelRechargeResponse.self, CaptureHoldRequest.self,
    CaptureHoldResponse.self, CardWarning.self, Change.self,
    ChangeCardAndPayRequest.self, ChangeCardAndPayResponse.self, ChargeRequest.self, ChargeResponse.self,
    CloseWalletRequest.self, CloseWalletResponse.self, CompleteRechargeRequest.self, CompleteRechargeResponse.self,
    CreateWalletRequest.self, CreateWalletResponse.self, Dispute.self, Entry.self, Event.self,
    ExtendHoldRequest.self, ExtendHoldResponse.self, FreezeWalletRequest.self, FreezeWalletResponse.self,
    GetAutoRechargeRequest.self, GetAutoRechargeResponse.self, GetEntryRequest.self, GetEntryResponse.self,
    GetHoldRequest.self, GetHoldResponse.self, GetPaymentMethodRequest.self, GetPaymentMethodResponse.self,
    GetRechargeOptionsRequest.self, GetRechargeOptionsResponse.self, GetRechargeRequest.self,
    GetRechargeResponse.self, GetWalletRequest.self, GetWalletResponse.self, GrantCreditsRequest.self,
    GrantCreditsResponse.self, Hold.self, IngestProcessorEventRequest.self, IngestProcessorEventResponse.self,
    ListEntriesRequest.self, ListEntriesResponse.self, ListHoldsRequest.self, ListHoldsResponse.self,
    ListPaymentMethodsRequest.self,
    ListPaymentMethodsResponse.self, ListRechargesRequest.self, ListRechargesResponse.self, ListWalletsRequest.self,
    ListWalletsResponse.self, Money.self, PaymentMethod.self, PlaceHoldRequest.self, PlaceHoldResponse.self,
    Recharge.self, RechargeRefund.self, RechargeRequest.self, RechargeResponse.self, RefundChargeRequest.self,
    RefundChargeResponse.self, RefundRechargeRequest.self, RefundRechargeResponse.self, ReleaseHoldRequest.self,
    ReleaseHoldResponse.self, RemovePaymentMethodRequest.self, RemovePaymentMethodResponse.self,
    ResumeAutoRechargeRequest.self, ResumeAutoRechargeResponse.self, SavePaymentMethodRequest.self,
    SavePaymentMethodResponse.self, SetAutoRechargeRequest.self, SetAutoRechargeResponse.self,
    SetDefaultPaymentMethodRequest.self, SetDefaultPaymentMethodResponse.self, SettleReviewRequest.self,
    SettleReviewResponse.self, SetUpPaymentMethodRequest.self, SetUpPaymentMethodResponse.self,
    UnfreezeWalletRequest.self, UnfreezeWalletResponse.self, UpdateBillingDetailsRequest.self,
    UpdateBillingDetailsResponse.self, VerifyLedgerRequest.self,
    VerifyLedgerResponse.self, Wallet.self, WatchEventsRequest.self, WatchEventsResponse.self,
    WatchWalletRequest.self, WatchWalletResponse.self, VerifyLedgerResponse.Progress.self,
    VerifyLedgerResponse.Verdict.self, VerifyLedgerResponse.Account.self,
  ]

  private let types: TypePool

  init() throws { types = TypePool(files: try ContractTests.files()) }

  @Test("is among those that are tried here")
  func all() {
    let described = types.files.filter { $0.package == "credits.v1" }.flatMap(\.messages)
      .flatMap { [$0] + $0.messages }.filter { !$0.fields.isEmpty && !$0.isMapEntry }
    let tried = Set(Self.messages.map { $0.layout.fullName })
    #expect(Set(described.map(\.fullName)).subtracting(tried) == ["credits.v1.ReasonOptions"])
  }

  @Test(
    "decodes to the same however it was encoded: in parts, in any order, packed or not, with what has to be skipped"
  )
  func unusualEncodings() throws {
    for (number, type) in Self.messages.enumerated() { try expectSame(type, number) }
  }

  private func expectSame<Message: CStructMessage>(_ message: Message.Type, _ number: Int) throws {
    let type = try #require(types.message(Message.layout.fullName))
    for round in 0..<30 {
      var encoder = UnusualEncoder(seed: UInt64(number * 1000 + round), types: types)
      let content = encoder.message(type)
      let expected = try Message(serializedBytes: WireEncoder.bytes(of: content))
      let bytes = encoder.bytes(of: content)
      #expect(try Message(serializedBytes: bytes) == expected, "\(Message.layout.fullName) \(bytes)")
    }
  }

  @Test("that comes after another of its type is merged with it, as protobuf's own parsers do")
  func merging() throws {
    for (number, type) in Self.messages.enumerated() { try expectMerged(type, number) }
  }

  private func expectMerged<Message: CStructMessage>(_ message: Message.Type, _ number: Int) throws {
    let type = try #require(types.message(Message.layout.fullName))
    for round in 0..<10 {
      var encoder = UnusualEncoder(seed: UInt64(number * 1000 + round), types: types)
      let bytes = WireEncoder.bytes(of: encoder.message(type)) + encoder.bytes(of: encoder.message(type))
      let merged = try WireDecoder(types: types).message(bytes, as: type)
      let expected = try Message(serializedBytes: WireEncoder.bytes(of: merged))
      #expect(try Message(serializedBytes: bytes) == expected, "\(Message.layout.fullName) \(bytes)")
    }
  }
}
