import CreditsAPI
import CreditsServer
import SimulatedProcessor
import Synchronization
import Testing
import UnixGRPC
import UnixGRPCProtobuf

import enum Ledger.ProcessorFailure

@Suite("A recharge that waits for its cardholder", .timeLimit(.minutes(2)))
struct CancelRechargeTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func daemon(receives: @escaping SimulatedProcessor.RequestHook = { _ in }) async throws -> TestDaemon {
    let daemon = try await TestDaemon(directory: directory.path, receives: receives)
    _ = try await daemon.wallets.createWallet(
      CreateWalletRequest(idempotencyKey: "w", walletID: "w", currencyCode: "USD")
    )
    return daemon
  }

  private func request(_ token: String, key: String = "r") -> RechargeRequest {
    RechargeRequest(
      idempotencyKey: key,
      walletID: "w",
      amount: WalletServiceTests.usd(50),
      paymentMethodToken: token,
      billingDetails: WalletServiceTests.billing
    )
  }

  private func waiting(_ daemon: TestDaemon) async throws -> Recharge {
    let recharge = try #require(
      try await daemon.recharges.recharge(request("pm_card_authenticationRequired")).recharge
    )
    #expect(recharge.state == .authenticationRequired)
    // The worker has looked it up, and does so again only when time passes.
    await daemon.time.waitForSleeper()
    return recharge
  }

  private func cancel(_ id: String, key: String = "c") -> CancelRechargeRequest {
    CancelRechargeRequest(idempotencyKey: key, rechargeID: id)
  }

  @Test("is shown with its state, its end and its next action, to a form and to whoever asks for another")
  func shown() async throws {
    let daemon = try await daemon()
    let recharge = try await waiting(daemon)
    let options = try await daemon.recharges.getRechargeOptions(GetRechargeOptionsRequest(walletID: "w"))
    #expect(options.openRecharge == recharge && options.openRechargeID == recharge.rechargeID)
    let began = try #require(recharge.createTime)
    #expect(options.openRechargeExpireTime?.seconds == began.seconds + 3600)
    let refused = try await status { try await daemon.recharges.recharge(request("pm_card_visa", key: "next")) }
    #expect(refused.errorInfo?.reason == "RECHARGE_IN_PROGRESS")
    let metadata = try #require(refused.errorInfo?.metadata)
    #expect(metadata["recharge_id"] == recharge.rechargeID)
    #expect(metadata["state"] == "AUTHENTICATION_REQUIRED")
    #expect(metadata["next_action_url"] == recharge.nextActionURL)
    #expect(metadata["expire_time"] == "2023-11-14T23:13:20Z")
    try await daemon.stop()
  }

  @Test("is cancelled by the caller, once, and leaves the wallet to another recharge")
  func cancels() async throws {
    let daemon = try await daemon()
    let id = try await waiting(daemon).rechargeID
    let first = try await daemon.client.unary(RechargeServiceMethods.cancelRecharge, cancel(id))
    #expect(first.message.recharge?.state == .failed)
    #expect(first.message.recharge?.explanation.isEmpty == false)
    #expect(first.trailingMetadata["replayed"] == nil)
    let again = try await daemon.client.unary(RechargeServiceMethods.cancelRecharge, cancel(id))
    #expect(again.message == first.message)
    #expect(again.trailingMetadata["replayed"] == "true")
    #expect(daemon.processor.charges.map(\.status) == [.cancelled])
    #expect(try await daemon.recharges.recharge(request("pm_card_visa", key: "next")).recharge?.state == .paid)
    #expect(daemon.alarms.all.isEmpty)
    #expect(try await daemon.verdict().sound)
    try await daemon.stop()
  }

  @Test("is paid if the cardholder is faster than the caller who cancels it")
  func fasterCardholder() async throws {
    let daemon = try await daemon()
    let id = try await waiting(daemon).rechargeID
    try daemon.processor.authenticateCardholder(key: "credits-\(id)")
    let answer = try await daemon.recharges.cancelRecharge(cancel(id))
    #expect(answer.recharge?.state == .paid)
    #expect(answer.entry?.amount == WalletServiceTests.usd(50))
    #expect(try await daemon.wallet("w").posted == WalletServiceTests.usd(50))
    try await daemon.stop()
  }

  @Test("is the only one that can be cancelled")
  func others() async throws {
    let daemon = try await daemon()
    let id = try #require(try await daemon.recharges.recharge(request("pm_card_visa")).recharge).rechargeID
    let refused = try await status { try await daemon.recharges.cancelRecharge(cancel(id)) }
    #expect(refused.errorInfo?.reason == "RECHARGE_NOT_CANCELLABLE")
    #expect(refused.errorInfo?.metadata == ["recharge_id": id, "state": "PAID"])
    let absent = try await status { try await daemon.recharges.cancelRecharge(cancel("none")) }
    #expect(absent.errorInfo?.reason == "RECHARGE_NOT_FOUND")
    try await daemon.stop()
  }

  @Test("stays as it is while the processor cannot cancel it, and can be cancelled with the same key later")
  func noAnswer() async throws {
    let isSilent = Mutex(true)
    let daemon = try await daemon { request throws(ProcessorFailure) in
      if request == "cancel", isSilent.withLock({ $0 }) { throw .outcomeUnknown("out of order") }
    }
    let id = try await waiting(daemon).rechargeID
    let refused = try await status { try await daemon.recharges.cancelRecharge(cancel(id)) }
    #expect(refused.errorInfo?.reason == "PROCESSOR_UNAVAILABLE")
    isSilent.withLock { $0 = false }
    #expect(try await daemon.recharges.cancelRecharge(cancel(id)).recharge?.state == .failed)
    try await daemon.stop()
  }

  @Test("needs review after an hour if it cannot be cancelled, and fails by itself once it can")
  func uncancellable() async throws {
    let isSilent = Mutex(true)
    let daemon = try await daemon { request throws(ProcessorFailure) in
      if request == "cancel", isSilent.withLock({ $0 }) { throw .outcomeUnknown("out of order") }
    }
    let id = try await waiting(daemon).rechargeID
    func state() async throws -> Recharge.State? {
      try await daemon.recharges.getRecharge(GetRechargeRequest(rechargeID: id)).recharge?.state
    }
    daemon.time.advance(.seconds(3600))
    await daemon.time.wakeFirstSleeper()
    while try await state() != .needsReview {}
    isSilent.withLock { $0 = false }
    await daemon.time.wakeFirstSleeper()
    while try await state() != .failed {}
    #expect(daemon.processor.charges.map(\.status) == [.cancelled])
    try await daemon.stop()
  }
}
