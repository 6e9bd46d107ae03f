import CreditsAPI
import Foundation
import Ledger
import PaymentProcessing
import ProcessorAPI
import ProcessorRPC
import SimulatedProcessor
import Synchronization
import Testing
import UnixGRPC
import UnixGRPCProtobuf

@Suite("Requests to our processors")
struct RequestTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private typealias Methods = PaymentProcessorServiceMethods

  /// A request and its invalid field.
  struct BadRequestCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let field: String
    let send: @Sendable (GRPCClient) async throws -> Void

    init(_ name: String, _ field: String, _ send: @escaping @Sendable (GRPCClient) async throws -> Void) {
      testDescription = name
      self.field = field
      self.send = send
    }
  }

  static func charge(_ change: (inout CreateChargeRequest) -> Void) -> CreateChargeRequest {
    var request = CreateChargeRequest(
      idempotencyKey: "k",
      rechargeID: "r",
      walletID: "w",
      amount: CreditsAPI.Money(currencyCode: "USD", micros: 10_000_000),
      paymentMethodToken: "pm_card_visa"
    )
    change(&request)
    return request
  }

  private static func bad(
    _ name: String,
    _ field: String,
    _ change: @escaping @Sendable (inout CreateChargeRequest) -> Void
  ) -> BadRequestCase {
    BadRequestCase("a charge with \(name)", field) { _ = try await $0.unary(Methods.createCharge, charge(change)) }
  }

  static let badRequests = [
    bad("no key", "idempotency_key") { $0.idempotencyKey = "" },
    bad("a key of 256 bytes", "idempotency_key") { $0.idempotencyKey = String(repeating: "k", count: 256) },
    bad("no recharge", "recharge_id") { $0.rechargeID = "" },
    bad("no wallet", "wallet_id") { $0.walletID = "" },
    bad("no amount", "amount") { $0.amount = nil },
    bad("an amount of nothing", "amount.micros") { $0.amount?.micros = 0 },
    bad("an amount below nothing", "amount.micros") { $0.amount?.micros = -10_000_000 },
    bad("no currency", "amount.currency_code") { $0.amount?.currencyCode = "" },
    bad("no card", "payment_method_token") { $0.paymentMethodToken = "" },
    bad("a card's number", "payment_method_token") { $0.paymentMethodToken = "4111 1111 1111 1111" },
    BadRequestCase("a lookup of nothing", "by") { _ = try await $0.unary(Methods.findCharge, FindChargeRequest()) },
    BadRequestCase("a cancellation without a key", "idempotency_key") {
      _ = try await $0.unary(Methods.cancelCharge, CancelChargeRequest())
    },
    BadRequestCase("an attachment without details", "billing_details") {
      _ = try await $0.unary(
        Methods.attachPaymentMethod,
        AttachPaymentMethodRequest(idempotencyKey: "k", walletID: "w", paymentMethodToken: "pm_card_visa")
      )
    },
    BadRequestCase("a refund without a charge", "charge_id") {
      _ = try await $0.unary(Methods.createRefund, CreateRefundRequest(idempotencyKey: "k", rechargeID: "r"))
    },
    BadRequestCase("a lookup of a refund without its charge", "charge_id") {
      _ = try await $0.unary(Methods.findRefund, FindRefundRequest(idempotencyKey: "k"))
    },
    BadRequestCase("a setup without a wallet", "wallet_id") {
      _ = try await $0.unary(Methods.createCardSetup, CreateCardSetupRequest(idempotencyKey: "k"))
    },
    BadRequestCase("a list of no events", "page_size") {
      _ = try await $0.unary(Methods.listEvents, ListEventsRequest())
    },
    BadRequestCase("a list of too many events", "page_size") {
      _ = try await $0.unary(Methods.listEvents, ListEventsRequest(pageSize: 1001))
    },
    BadRequestCase("a description of a card's number", "payment_method_token") {
      _ = try await $0.unary(
        Methods.describePaymentMethod,
        DescribePaymentMethodRequest(paymentMethodToken: "4111111111111111")
      )
    },
  ]

  @Test("with an invalid field are refused by its name, before the processor is called", arguments: badRequests)
  func refused(badRequest: BadRequestCase) async throws {
    let asked = Mutex(0)
    let processor = try SimulatedProcessor(
      path: directory.path + "/books",
      receives: { _ in asked.withLock { $0 += 1 } }
    )
    let served = try await ServedProcessor(processor, in: directory)
    let client = GRPCClient(socketPath: directory.socketPath)
    let status = await #expect(throws: GRPCStatus.self) { try await badRequest.send(client) }
    #expect(status?.code == .invalidArgument)
    #expect(status?.message.hasPrefix(badRequest.field + " ") == true, "\(status?.message ?? "")")
    #expect(status?.message.contains("4111") == false)
    #expect(asked.withLock { $0 } == 0)
    await client.close()
    await served.close()
  }

  @Test(
    "are answered on the wire as the processor answers in Swift",
    arguments: [
      (ProcessorFailure.unknownToken, GRPCStatus.Code.notFound),
      (.rejected("no more"), .failedPrecondition),
      (.outcomeUnknown("timed out"), .unavailable),
    ]
  )
  func errors(error: ProcessorFailure, code: GRPCStatus.Code) async throws {
    let processor = try SimulatedProcessor(
      path: directory.path + "/books",
      receives: { _ throws(ProcessorFailure) in throw error }
    )
    let served = try await ServedProcessor(processor, in: directory)
    let client = GRPCClient(socketPath: directory.socketPath)
    let status = await #expect(throws: GRPCStatus.self) {
      try await client.unary(Methods.createCharge, Self.charge { _ in })
    }
    #expect(status?.code == code)
    await client.close()
    await served.close()
  }

  @Test("to list events return them as the processor does, of every kind")
  func lists() async throws {
    let processor = try SimulatedProcessor(path: directory.path + "/books")
    let served = try await ServedProcessor(processor, in: directory)
    let attachment = AttachRequest(
      key: "a",
      walletID: WalletID("w"),
      token: PaymentMethodToken("pm_card_visa"),
      billing: Ledger.BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1")
    )
    let attached = try await served.remote.attachCard(attachment)
    var request = ChargeRequest.tenDollars
    (request.token, request.isCardholderPresent, request.billing) = (attached.token, true, attachment.billing)
    let charge = try await served.remote.createCharge(request)
    #expect(try await processor.createCharge(request) == charge)
    request.isCardholderPresent = false
    await #expect(throws: ProcessorFailure.rejected("the key was used for another charge")) {
      try await served.remote.createCharge(request)
    }
    let dollar = Ledger.Money(micros: 1_000_000, currency: .usd)
    _ = try await served.remote.refundCharge(
      RefundRequest(key: "f", chargeID: charge.id, rechargeID: charge.rechargeID, amount: dollar)
    )
    try processor.refundElsewhere(chargeID: charge.id, amount: dollar)
    try processor.openDispute(ofCharge: charge.id, amount: dollar)
    try processor.updateCard(attached.token, to: "pm_card_mastercard")
    try processor.report(PaymentProcessing.UnclassifiedEvent(type: "t", objectID: "o", chargeID: nil))
    try await served.remote.detachCard(attached.token)
    try processor.removeCustomer(of: WalletID("w"))
    let page = try await processor.listEvents(after: nil, limit: 1000)
    #expect(try await served.remote.listEvents(after: nil, limit: 1000) == page)
    #expect(page.events.count == 9)
    let first = try await served.remote.listEvents(after: nil, limit: 4)
    #expect(first.hasMore && first.events == Array(page.events.prefix(4)))
    #expect(try await served.remote.listEvents(after: first.cursor, limit: 5).events == Array(page.events.suffix(5)))
    #expect(try await served.remote.describeAccount() == processor.describeAccount())
    await served.close()
  }

  @Test("to parse an event return it as the processor parsed it")
  func events() async throws {
    let sent = Mutex<[SignedEvent]>([])
    let processor = try SimulatedProcessor(
      path: directory.path + "/books",
      sends: { event in sent.withLock { $0.append(event) } }
    )
    let served = try await ServedProcessor(processor, in: directory)
    for (key, token) in [("a", "pm_card_visa"), ("b", "pm_sim_disputeWon"), ("c", "pm_card_authenticationRequired")] {
      var request = ChargeRequest.tenDollars
      request.key = key
      request.token = PaymentMethodToken(token)
      let charge = try await served.remote.createCharge(request)
      guard charge.status == .paid, key == "a" else { continue }
      let refund = RefundRequest(key: "d", chargeID: charge.id, rechargeID: charge.rechargeID, amount: charge.amount)
      _ = try await served.remote.refundCharge(refund)
    }
    let attachment = AttachRequest(
      key: "e",
      walletID: WalletID("w"),
      token: PaymentMethodToken("pm_card_visa"),
      billing: Ledger.BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1")
    )
    _ = try await served.remote.attachCard(attachment)
    let events = sent.withLock { $0 }
    #expect(events.count == 7)
    for event in events {
      let remote = try await served.remote.parseEvent(payload: event.payload, signature: event.signature)
      #expect(try await processor.parseEvent(payload: event.payload, signature: event.signature) == remote)
    }
    await #expect(throws: EventFailure.signatureInvalid) {
      try await served.remote.parseEvent(payload: events[0].payload, signature: events[1].signature)
    }
    await served.close()
  }
}
