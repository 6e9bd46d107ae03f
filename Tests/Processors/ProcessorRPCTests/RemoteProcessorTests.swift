import CreditsAPI
import Ledger
import PaymentProcessing
import ProcessorAPI
import ProcessorRPC
import Testing
import UnixGRPC

@Suite("Answers of a processor behind a socket")
struct RemoteProcessorTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func failure(of body: () async throws -> Void) async -> ProcessorFailure? {
    do {
      try await body()
      return nil
    } catch {
      return error as? ProcessorFailure
    }
  }

  private func isUnknown(_ error: ProcessorFailure?) -> Bool {
    if case .outcomeUnknown = error { true } else { false }
  }

  @Test("three statuses are definite refusals, and all others are unknown outcomes", arguments: 1...17)
  func statuses(code: Int) async throws {
    let stub = StubProcessor(charges: { _ in throw GRPCStatus(code: GRPCStatus.Code(rawValue: code), message: "so") })
    let served = try await ServedProcessor(stub: stub, in: directory)
    let error = await failure { _ = try await served.remote.createCharge(.tenDollars) }
    switch code {
    case 3, 9: #expect(error == .rejected("so"))
    case 5: #expect(error == .unknownToken)
    default: #expect(isUnknown(error))
    }
    await served.close()
  }

  @Test(
    "another charge than the requested one is an unknown outcome",
    arguments: [
      ("no charge", { @Sendable (message: inout ProcessorAPI.Charge?) in message = nil }),
      ("no id", { $0?.chargeID = "" }),
      ("a long id", { $0?.chargeID = String(repeating: "c", count: 256) }),
      ("another recharge", { $0?.rechargeID = "r2" }),
      ("another amount", { $0?.amount = CreditsAPI.Money(currencyCode: "USD", micros: 10_000_001) }),
      ("another currency", { $0?.amount = CreditsAPI.Money(currencyCode: "EUR", micros: 10_000_000) }),
      ("no currency", { $0?.amount = CreditsAPI.Money(currencyCode: "usd", micros: 10_000_000) }),
      ("no amount", { $0?.amount = nil }),
      ("no state", { $0?.state = .unspecified }),
      ("a state of another time", { $0?.state = .init(rawValue: 77) }),
      ("no address to authenticate at", { $0?.state = .authenticationRequired }),
    ] as [(String, @Sendable (inout ProcessorAPI.Charge?) -> Void)]
  )
  func otherCharges(name: String, change: @escaping @Sendable (inout ProcessorAPI.Charge?) -> Void) async throws {
    let stub = StubProcessor(charges: { request in
      var charge: ProcessorAPI.Charge? = Self.paid(request)
      change(&charge)
      return CreateChargeResponse(charge: charge)
    })
    let served = try await ServedProcessor(stub: stub, in: directory)
    let error = await failure { _ = try await served.remote.createCharge(.tenDollars) }
    #expect(isUnknown(error), "\(name): \(String(describing: error))")
    await served.close()
  }

  @Test("a processor that does not look at the account in the metadata works as before")
  func ignoredAccount() async throws {
    let served = try await ServedProcessor(
      stub: StubProcessor(charges: { CreateChargeResponse(charge: Self.paid($0)) }),
      in: directory
    )
    let bound = served.remote.bound(to: ProcessorAccount(id: "acct_1", isLive: true))
    #expect(try await bound.createCharge(.tenDollars).status == .paid)
    await served.close()
  }

  @Test("a charge that repeats all fields of its request is accepted")
  func believed() async throws {
    let served = try await ServedProcessor(
      stub: StubProcessor(charges: { CreateChargeResponse(charge: Self.paid($0)) }),
      in: directory
    )
    let charge = try await served.remote.createCharge(.tenDollars)
    #expect(charge.status == .paid && charge.id == "c1")
    // Detaching a card that is already detached is not an error.
    try await served.remote.detachCard(PaymentMethodToken("pm_canary"))
    await served.close()
  }

  @Test("a charge with another id than the requested one is an unknown outcome")
  func otherIDs() async throws {
    let stub = StubProcessor(finds: { _ in
      FindChargeResponse(
        charge: ProcessorAPI.Charge(
          chargeID: "c1",
          rechargeID: "r1",
          amount: CreditsAPI.Money(currencyCode: "USD", micros: 1),
          state: .paid
        )
      )
    })
    let served = try await ServedProcessor(stub: stub, in: directory)
    #expect(try await served.remote.findCharge(id: "c1")?.id == "c1")
    #expect(isUnknown(await failure { _ = try await served.remote.findCharge(id: "c2") }))
    await served.close()
  }

  @Test(
    "another refund than the requested one is an unknown outcome",
    arguments: [
      ("another key", { @Sendable (message: inout ProcessorAPI.Refund?) in message?.idempotencyKey = "other" }),
      ("another charge", { $0?.chargeID = "c2" }),
      ("another amount", { $0?.amount?.micros = 2 }),
      ("no state", { $0?.state = .unspecified }),
      ("no refund", { $0 = nil }),
    ] as [(String, @Sendable (inout ProcessorAPI.Refund?) -> Void)]
  )
  func otherRefunds(name: String, change: @escaping @Sendable (inout ProcessorAPI.Refund?) -> Void) async throws {
    let stub = StubProcessor(refunds: { request in
      var refund: ProcessorAPI.Refund? = ProcessorAPI.Refund(
        refundID: "re1",
        idempotencyKey: request.idempotencyKey,
        chargeID: request.chargeID,
        amount: request.amount,
        state: .refunded
      )
      change(&refund)
      return CreateRefundResponse(refund: refund)
    })
    let served = try await ServedProcessor(stub: stub, in: directory)
    let request = RefundRequest(
      key: "k1",
      chargeID: "c1",
      rechargeID: RechargeID("r1"),
      amount: Ledger.Money(micros: 1, currency: .usd)
    )
    #expect(isUnknown(await failure { _ = try await served.remote.refundCharge(request) }), "\(name)")
    await served.close()
  }

  @Test(
    "a value that may be a card number is rejected",
    arguments: [
      ProcessorAPI.Card(brand: "visa", last4: "4111111111111111", expiryMonth: 1, expiryYear: 2040),
      ProcessorAPI.Card(brand: "4111 1111 1111 1111", last4: "1111", expiryMonth: 1, expiryYear: 2040),
      ProcessorAPI.Card(brand: "visa", last4: "11 1", expiryMonth: 1, expiryYear: 2040),
      ProcessorAPI.Card(brand: "visa", last4: "1111", expiryMonth: 13, expiryYear: 2040),
      ProcessorAPI.Card(brand: "visa", last4: "1111", expiryMonth: 1, expiryYear: 40),
      ProcessorAPI.Card(brand: "", last4: "1111", expiryMonth: 1, expiryYear: 2040),
    ]
  )
  func cards(card: ProcessorAPI.Card) async throws {
    let stub = StubProcessor(
      attaches: { _ in
        AttachPaymentMethodResponse(
          outcome: .paymentMethod(AttachedPaymentMethod(paymentMethodToken: "pm_1", card: card))
        )
      },
      describes: { _ in DescribePaymentMethodResponse(card: card) }
    )
    let served = try await ServedProcessor(stub: stub, in: directory)
    let token = PaymentMethodToken("pm_canary")
    let described = await failure { _ = try await served.remote.describeCard(token) }
    #expect(isUnknown(described) && !"\(String(describing: described))".contains("1111"))
    let request = AttachRequest(
      key: "k",
      walletID: WalletID("w"),
      token: token,
      billing: Ledger.BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1")
    )
    #expect(isUnknown(await failure { _ = try await served.remote.attachCard(request) }))
    #expect(isUnknown(await failure { _ = try await served.remote.verifyCard(token) }))
    await served.close()
  }

  @Test("a reason that repeats a secret is withheld, and a long one is truncated")
  func secrets() async throws {
    let texts = [
      "no card pm_canary", "key-canary was used", "4111 1111 1111 1111 is no token", String(repeating: "é", count: 400),
    ]
    for text in texts {
      let stub = StubProcessor(charges: { _ in throw GRPCStatus(code: .failedPrecondition, message: text) })
      let directory = try TemporaryDirectory()
      let served = try await ServedProcessor(stub: stub, in: directory)
      guard case .rejected(let reason) = await failure(of: { _ = try await served.remote.createCharge(.tenDollars) })
      else {
        Issue.record("not rejected: \(text)")
        continue
      }
      #expect(!reason.isEmpty && reason.utf8.count <= 255)
      #expect(!reason.contains("canary") && !reason.contains("4111"))
      await served.close()
    }
  }

  @Test("an event of a list that cannot be read does not hide the others")
  func unreadableEvents() async throws {
    let events = [
      ProcessorAPI.Event(eventID: "e1", kind: .dispute(Dispute(disputeID: "d1", chargeID: "c1", state: .opened))),
      ProcessorAPI.Event(eventID: "e2", kind: .other("t")), ProcessorAPI.Event(eventID: "e3"),
    ]
    let stub = StubProcessor(lists: { request in
      ListEventsResponse(events: request.cursor == "no id" ? [ProcessorAPI.Event()] : events, cursor: "1")
    })
    let served = try await ServedProcessor(stub: stub, in: directory)
    let kinds = try await served.remote.listEvents(after: nil, limit: 10).events.map(\.kind)
    #expect(
      kinds == [
        .unclassified(PaymentProcessing.UnclassifiedEvent(type: "invalid amount", objectID: "e1", chargeID: nil)),
        .other(type: "t"),
        .unclassified(PaymentProcessing.UnclassifiedEvent(type: "invalid event.kind", objectID: "e3", chargeID: nil)),
      ]
    )
    #expect(isUnknown(await failure { _ = try await served.remote.listEvents(after: "no id", limit: 10) }))
    await served.close()
  }

  @Test("an event that cannot be read is taken once, not asked for again and again; a dispute may be of nothing")
  func unreadableEvent() async throws {
    @Sendable func dispute(_ micros: Int64) -> ProcessorAPI.Event {
      let amount = CreditsAPI.Money(currencyCode: "USD", micros: micros)
      let dispute = ProcessorAPI.Dispute(disputeID: "d", chargeID: "c", amount: amount, state: .opened)
      return ProcessorAPI.Event(eventID: "e", kind: .dispute(dispute))
    }
    let stub = StubProcessor(parses: { request in
      ParseEventResponse(event: dispute(request.signature == "nothing" ? 0 : -1))
    })
    let served = try await ServedProcessor(stub: stub, in: directory)
    let nothing = DisputeResult(
      id: DisputeID("d"),
      chargeID: "c",
      amount: Ledger.Money(micros: 0, currency: .usd),
      state: .opened
    )
    #expect(try await served.remote.parseEvent(payload: [1], signature: "nothing").kind == .dispute(nothing))
    #expect(
      try await served.remote.parseEvent(payload: [1], signature: "less").kind
        == .unclassified(
          PaymentProcessing.UnclassifiedEvent(type: "invalid amount.micros", objectID: "e", chargeID: nil)
        )
    )
    await served.close()
  }

  @Test("an account without an id, and a cursor of no bytes, are unknown outcomes")
  func emptyAnswers() async throws {
    let stub = StubProcessor(
      accounts: { _ in DescribeAccountResponse(liveMode: true) },
      lists: { _ in ListEventsResponse() }
    )
    let served = try await ServedProcessor(stub: stub, in: directory)
    #expect(isUnknown(await failure { _ = try await served.remote.describeAccount() }))
    #expect(isUnknown(await failure { _ = try await served.remote.listEvents(after: nil, limit: 1) }))
    await served.close()
  }

  @Test("only UNAUTHENTICATED means a wrong signature")
  func signatures() async throws {
    let codes: [String: GRPCStatus.Code] = [
      "bad": .unauthenticated, "old": .outOfRange, "live": .failedPrecondition,
    ]
    let stub = StubProcessor(parses: { request in
      throw GRPCStatus(code: codes[request.signature] ?? .permissionDenied, message: "no")
    })
    let served = try await ServedProcessor(stub: stub, in: directory)
    await #expect(throws: EventFailure.signatureInvalid) {
      try await served.remote.parseEvent(payload: [1], signature: "bad")
    }
    await #expect(throws: EventFailure.signatureExpired) {
      try await served.remote.parseEvent(payload: [1], signature: "old")
    }
    await #expect(throws: EventFailure.modeMismatch) {
      try await served.remote.parseEvent(payload: [1], signature: "live")
    }
    await #expect(throws: EventFailure.unavailable("PERMISSION_DENIED: no")) {
      try await served.remote.parseEvent(payload: [1], signature: "other")
    }
    await served.close()
  }

  static func paid(_ request: CreateChargeRequest) -> ProcessorAPI.Charge {
    ProcessorAPI.Charge(chargeID: "c1", rechargeID: request.rechargeID, amount: request.amount, state: .paid)
  }
}
