import CreditsAPI
import CreditsServer
import SimulatedProcessor
import Synchronization
import Testing
import UnixGRPC
import UnixGRPCProtobuf

import enum Ledger.ProcessorFailure

@Suite("The recharge service", .timeLimit(.minutes(2)))
struct RechargeServiceTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  func recharge(_ token: String, key: String = "r", dollars: Int64 = 10) -> RechargeRequest {
    RechargeRequest(
      idempotencyKey: key,
      walletID: "w",
      amount: WalletServiceTests.usd(dollars),
      paymentMethodToken: token,
      billingDetails: token.isEmpty ? nil : WalletServiceTests.billing
    )
  }

  func daemonWithWallet(
    time: FakeTime = FakeTime(),
    receives: @escaping SimulatedProcessor.RequestHook = { _ in }
  ) async throws -> TestDaemon {
    let daemon = try await TestDaemon(directory: directory.path, time: time, receives: receives)
    _ = try await daemon.wallets.createWallet(
      CreateWalletRequest(idempotencyKey: "w", walletID: "w", currencyCode: "USD")
    )
    return daemon
  }

  @Test("credits the wallet, saves the card, and replays the same bytes, across restarts")
  func paid() async throws {
    var daemon = try await daemonWithWallet()
    let before = try await daemon.recharges.getRechargeOptions(GetRechargeOptionsRequest(walletID: "w"))
    #expect(before.paymentDetailsRequired)
    #expect(before.minimumAmount == WalletServiceTests.usd(10))
    #expect(before.maximumAmount == WalletServiceTests.usd(1000))
    let request = recharge("pm_card_visa", dollars: 25)
    let first = try await daemon.client.unary(RechargeServiceMethods.recharge, request)
    #expect(first.message.recharge?.state == .paid)
    #expect(first.message.wallet?.posted == WalletServiceTests.usd(25))
    #expect(first.message.entry?.kind == .recharge)
    #expect(first.message.entry?.rechargeID == first.message.recharge?.rechargeID)
    #expect(first.message.entry?.actor == ownName)
    for restarts in [false, true] {
      if restarts {
        try await daemon.stop()
        daemon = try await TestDaemon(directory: directory.path)
      }
      let again = try await daemon.client.unary(RechargeServiceMethods.recharge, request)
      #expect(try again.message.serializedBytes() == first.message.serializedBytes())
      #expect(again.trailingMetadata["replayed"] == "true")
      let id = try #require(first.message.recharge?.rechargeID)
      let read = try await daemon.recharges.getRecharge(GetRechargeRequest(rechargeID: id))
      #expect(read.recharge == first.message.recharge)
      let options = try await daemon.recharges.getRechargeOptions(GetRechargeOptionsRequest(walletID: "w"))
      #expect(options.paymentMethod?.last4 == "4242")
      #expect(options.paymentMethod?.billingDetails == WalletServiceTests.billing)
      #expect(!options.paymentDetailsRequired)
    }
    #expect(daemon.processor.paidCharges == 1)
    let saved = try await daemon.recharges.recharge(recharge("", key: "r2"))
    #expect(saved.wallet?.posted == WalletServiceTests.usd(35))
    try await daemon.stop()
  }

  @Test("does not save a first card that is declined")
  func declined() async throws {
    let daemon = try await daemonWithWallet()
    let answer = try await daemon.recharges.recharge(recharge("pm_card_chargeDeclinedInsufficientFunds"))
    #expect(answer.recharge?.state == .declined)
    #expect(answer.recharge?.declineCode == "insufficient_funds")
    #expect(answer.entry == nil)
    let options = try await daemon.recharges.getRechargeOptions(GetRechargeOptionsRequest(walletID: "w"))
    #expect(options.paymentDetailsRequired)
    #expect(options.wallet?.posted == WalletServiceTests.usd(0))
    #expect(options.openRechargeID == "")
    let none = try await status {
      try await daemon.cards.getPaymentMethod(GetPaymentMethodRequest(walletID: "w"))
    }
    #expect(none.errorInfo?.reason == "PAYMENT_METHOD_NOT_FOUND")
    try await daemon.stop()
  }

  @Test(
    "retries an unknown outcome under the same key, and charges once",
    arguments: [
      "pm_sim_timeOutBeforeEffect", "pm_sim_timeOutAfterEffect", "pm_sim_serverError", "pm_sim_rateLimited",
    ]
  )
  func unknown(token: String) async throws {
    let time = FakeTime()
    time.release()
    let daemon = try await daemonWithWallet(time: time)
    let answer = try await daemon.recharges.recharge(recharge(token))
    #expect(answer.recharge?.state == .paid)
    #expect(answer.wallet?.posted == WalletServiceTests.usd(10))
    #expect(daemon.processor.paidCharges == 1)
    try await daemon.stop()
  }

  @Test("unblocks the wallet if the cardholder never authenticates a recharge")
  func authentication() async throws {
    let time = FakeTime()
    let daemon = try await daemonWithWallet(time: time)
    let answer = try await daemon.recharges.recharge(recharge("pm_card_authenticationRequired"))
    let id = try #require(answer.recharge?.rechargeID)
    #expect(answer.recharge?.state == .authenticationRequired)
    #expect(answer.recharge?.nextActionURL.hasPrefix("https://") == true)
    #expect(answer.wallet?.posted == WalletServiceTests.usd(0))
    let second = try await status { try await daemon.recharges.recharge(recharge("pm_card_visa", key: "other")) }
    #expect(second.code == .aborted)
    #expect(second.errorInfo?.reason == "RECHARGE_IN_PROGRESS")
    #expect(second.errorInfo?.metadata["recharge_id"] == id)
    time.release()
    while try await daemon.recharges.getRecharge(GetRechargeRequest(rechargeID: id)).recharge?.state != .failed {}
    #expect(daemon.processor.paidCharges == 0)
    let third = try await daemon.recharges.recharge(recharge("pm_card_visa", key: "other"))
    #expect(third.recharge?.state == .paid)
    try await daemon.stop()
  }

  @Test("is paid when the cardholder authenticates in time")
  func authenticated() async throws {
    let time = FakeTime()
    let daemon = try await daemonWithWallet(time: time)
    let answer = try await daemon.recharges.recharge(recharge("pm_card_authenticationRequired"))
    let id = try #require(answer.recharge?.rechargeID)
    try daemon.processor.authenticateCardholder(key: "credits-\(id)")
    time.release()
    while try await daemon.recharges.getRecharge(GetRechargeRequest(rechargeID: id)).recharge?.state != .paid {}
    #expect(daemon.processor.paidCharges == 1)
    try await daemon.stop()
  }

  @Test("continues when its caller hangs up")
  func cancelled() async throws {
    let gate = ProcessorGate()
    let daemon = try await daemonWithWallet(
      receives: { request throws(ProcessorFailure) in try await gate.pass(request) }
    )
    let request = recharge("pm_card_visa")
    let call = Task { try await daemon.recharges.recharge(request) }
    await gate.waitForCharge()
    call.cancel()
    #expect(try await status { try await call.value }.code == .cancelled)
    gate.open()
    let answer = try await daemon.recharges.recharge(request)
    #expect(answer.recharge?.state == .paid)
    #expect(daemon.processor.paidCharges == 1)
    try await daemon.stop()
  }

  @Test("answers PROCESSING at the caller's deadline, and the outcome later")
  func slow() async throws {
    let gate = ProcessorGate()
    let daemon = try await daemonWithWallet(
      receives: { request throws(ProcessorFailure) in try await gate.pass(request) }
    )
    let request = recharge("pm_card_visa")
    let answer = try await daemon.recharges.recharge(request, options: CallOptions(timeout: .seconds(2)))
    #expect(answer.recharge?.state == .processing)
    #expect(answer.wallet?.posted == WalletServiceTests.usd(0))
    gate.open()
    let later = try await daemon.recharges.recharge(request)
    #expect(later.recharge?.state == .paid)
    #expect(later.recharge?.rechargeID == answer.recharge?.rechargeID)
    try await daemon.stop()
  }

  @Test("is resumed after a restart in the middle of the charge, and charges once", arguments: [false, true])
  func resumed(chargedBefore: Bool) async throws {
    let gate = ProcessorGate()
    let token = chargedBefore ? "pm_sim_timeOutAfterEffect" : "pm_card_visa"
    let request = recharge(token)
    let first = try await daemonWithWallet { request throws(ProcessorFailure) in
      if !chargedBefore { try await gate.pass(request) }
    }
    let begun = try await first.recharges.recharge(request, options: CallOptions(timeout: .seconds(2)))
    #expect(begun.recharge?.state == .processing)
    #expect(first.processor.paidCharges == (chargedBefore ? 1 : 0))
    gate.breakDown()
    try await first.stop()
    let time = FakeTime()
    time.release()
    let second = try await TestDaemon(directory: directory.path, time: time)
    let answer = try await second.recharges.recharge(request)
    #expect(answer.recharge?.state == .paid)
    #expect(answer.recharge?.rechargeID == begun.recharge?.rechargeID)
    #expect(answer.wallet?.posted == WalletServiceTests.usd(10))
    #expect(second.processor.paidCharges == 1)
    try await second.stop()
  }

  @Test("one key from 16 callers at once is one recharge")
  func joined() async throws {
    let daemon = try await daemonWithWallet()
    let request = recharge("pm_card_visa")
    let answers = try await withThrowingTaskGroup(of: RechargeResponse.self) { group in
      for _ in 0..<16 { group.addTask { try await daemon.recharges.recharge(request) } }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(answers.count == 1)
    #expect(answers.first?.recharge?.state == .paid)
    #expect(daemon.processor.paidCharges == 1)
    try await daemon.stop()
  }

  @Test("is replayed without a processor, and begun only with one")
  func replayWithoutProcessor() async throws {
    let isAway = Mutex(false)
    let daemon = try await daemonWithWallet { _ throws(ProcessorFailure) in
      if isAway.withLock({ $0 }) { throw .outcomeUnknown("no route to the processor") }
    }
    let request = recharge("pm_card_visa")
    let save = SavePaymentMethodRequest(
      idempotencyKey: "s",
      walletID: "w",
      paymentMethodToken: "pm_card_mastercard",
      billingDetails: WalletServiceTests.billing
    )
    let paid = try await daemon.recharges.recharge(request)
    let saved = try await daemon.cards.savePaymentMethod(save)
    isAway.withLock { $0 = true }
    #expect(try await daemon.recharges.recharge(request) == paid)
    #expect(try await daemon.cards.savePaymentMethod(save) == saved)
    let away = try await status { try await daemon.recharges.recharge(recharge("pm_card_visa", key: "new")) }
    #expect(away.code == .unavailable)
    #expect(away.errorInfo?.reason == "PROCESSOR_UNAVAILABLE")
    isAway.withLock { $0 = false }
    #expect(try await daemon.recharges.recharge(recharge("pm_card_visa", key: "new")).recharge?.state == .paid)
    try await daemon.stop()
  }

  @Test("never accepts or repeats a card number")
  func cardNumber() async throws {
    let daemon = try await daemonWithWallet()
    var inName = recharge("pm_card_visa")
    inName.billingDetails?.name = "4242 4242 4242 4242"
    for request in [recharge("4242424242424242"), inName] {
      let status = try await status { try await daemon.recharges.recharge(request) }
      #expect(status.code == .invalidArgument)
      #expect(status.errorInfo?.reason == "CARD_NUMBER_REFUSED")
      #expect(!"\(status)".contains("4242"))
    }
    try await daemon.stop()
  }

  @Test("names the invalid field of a request")
  func validation() async throws {
    let daemon = try await daemonWithWallet()
    var noBilling = recharge("pm_card_visa")
    noBilling.billingDetails = nil
    var badCountry = recharge("pm_card_visa")
    badCountry.billingDetails?.country = "usa"
    var onlyBilling = recharge("")
    onlyBilling.billingDetails = WalletServiceTests.billing
    let table: [(RechargeRequest, GRPCStatus.Code, String, [String])] = [
      (recharge("pm_card_visa", dollars: 9), .invalidArgument, "AMOUNT_OUT_OF_RANGE", ["amount.micros"]),
      (recharge("pm_card_visa", dollars: 1001), .invalidArgument, "AMOUNT_OUT_OF_RANGE", ["amount.micros"]),
      (recharge("pm_nobody"), .invalidArgument, "FIELD_INVALID", ["payment_method_token"]),
      (noBilling, .invalidArgument, "FIELD_INVALID", ["billing_details.name"]),
      (badCountry, .invalidArgument, "FIELD_INVALID", ["billing_details.country"]),
      (onlyBilling, .invalidArgument, "FIELD_INVALID", ["billing_details"]),
      (recharge("", key: ""), .invalidArgument, "IDEMPOTENCY_KEY_REQUIRED", ["idempotency_key"]),
      (recharge(""), .failedPrecondition, "PAYMENT_METHOD_REQUIRED", []),
    ]
    for (request, code, reason, fields) in table {
      let status = try await status { try await daemon.recharges.recharge(request) }
      #expect(status.code == code, "\(request)")
      #expect(status.errorInfo?.reason == reason, "\(request)")
      #expect(status.violations == fields, "\(request)")
    }
    let absent = try await status { try await daemon.recharges.getRecharge(GetRechargeRequest(rechargeID: "none")) }
    #expect(absent.code == .notFound)
    try await daemon.stop()
  }

  @Test("needs review after an hour without an answer of the processor, is never sent again, and leaves the slot")
  func review() async throws {
    let time = FakeTime()
    let requests = Mutex<[String]>([])
    let gate = ProcessorGate()
    let first = try await daemonWithWallet(
      time: time,
      receives: { request throws(ProcessorFailure) in try await gate.pass(request) }
    )
    let begun = try await first.recharges.recharge(
      recharge("pm_card_visa"),
      options: CallOptions(timeout: .seconds(2))
    )
    gate.breakDown()
    try await first.stop()
    time.advance(.seconds(3600))
    let second = try await TestDaemon(
      directory: directory.path,
      time: time,
      receives: { request in requests.withLock { $0.append(request) } }
    )
    let id = try #require(begun.recharge?.rechargeID)
    while try await second.recharges.getRecharge(GetRechargeRequest(rechargeID: id)).recharge?.state != .needsReview {}
    #expect(requests.withLock { $0 } == ["find"])
    #expect(second.processor.paidCharges == 0)
    let next = try await second.recharges.recharge(recharge("pm_card_visa", key: "next")).recharge
    #expect(next?.state == .paid)
    #expect(second.processor.paidCharges == 1)
    try await second.stop()
  }
}

/// Holds the processor's charges back until it is opened or breaks down.
final class ProcessorGate: Sendable {
  private let arrivals = AsyncStream<Void>.makeStream()
  private let opening = AsyncStream<Void>.makeStream()
  private let isBroken = Mutex(false)

  func pass(_ request: String) async throws(ProcessorFailure) {
    guard request == "charge" else { return }
    arrivals.continuation.yield()
    for await _ in opening.stream {}
    if isBroken.withLock({ $0 }) { throw .outcomeUnknown("the connection broke") }
  }

  func open() { opening.continuation.finish() }

  /// Makes all waiting and later charges fail without effect.
  func breakDown() {
    isBroken.withLock { $0 = true }
    open()
  }

  func waitForCharge() async {
    for await _ in arrivals.stream { return }
  }
}
