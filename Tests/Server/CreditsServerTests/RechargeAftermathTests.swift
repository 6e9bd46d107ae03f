import CreditsAPI
import CreditsServer
import SimulatedProcessor
import Synchronization
import Testing
import UnixGRPC
import UnixGRPCProtobuf

import enum Ledger.ProcessorFailure

@Suite("Recharges after their start", .timeLimit(.minutes(2)))
struct RechargeAftermathTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func daemon() async throws -> TestDaemon {
    let daemon = try await TestDaemon(directory: directory.path)
    _ = try await daemon.wallets.createWallet(
      CreateWalletRequest(idempotencyKey: "w", walletID: "w", currencyCode: "USD")
    )
    return daemon
  }

  @discardableResult
  private func pay(_ token: String, _ daemon: TestDaemon, dollars: Int64 = 50, key: String = "r") async throws -> String
  {
    let request = RechargeRequest(
      idempotencyKey: key,
      walletID: "w",
      amount: WalletServiceTests.usd(dollars),
      paymentMethodToken: token,
      billingDetails: token.isEmpty ? nil : WalletServiceTests.billing
    )
    return try #require(try await daemon.recharges.recharge(request).recharge).rechargeID
  }

  private func refund(_ id: String, _ dollars: Int64, key: String = "f") -> RefundRechargeRequest {
    RefundRechargeRequest(idempotencyKey: key, rechargeID: id, amount: WalletServiceTests.usd(dollars))
  }

  private func posted(_ daemon: TestDaemon) async throws -> Int64 {
    try #require(try await daemon.wallet("w").posted).micros / 1_000_000
  }

  private func ingest(
    _ event: SignedEvent,
    _ daemon: TestDaemon
  ) async throws -> IngestProcessorEventResponse {
    try await daemon.cards.ingestProcessorEvent(
      IngestProcessorEventRequest(payload: event.payload, signature: event.signature)
    )
  }

  private func history(_ id: String, _ daemon: TestDaemon) async throws -> GetRechargeResponse {
    try await daemon.recharges.getRecharge(GetRechargeRequest(rechargeID: id))
  }

  @Test("are refunded in parts, once each, across restarts")
  func refunds() async throws {
    var daemon = try await daemon()
    let id = try await pay("pm_card_visa", daemon)
    let first = try await daemon.client.unary(RechargeServiceMethods.refundRecharge, refund(id, 20))
    #expect(first.message.refund?.state == .refunded)
    #expect(first.message.entry?.kind == .rechargeRefund)
    #expect(first.message.entry?.actor == ownName)
    #expect(first.message.wallet?.posted == WalletServiceTests.usd(30))
    try await daemon.stop()
    daemon = try await TestDaemon(directory: directory.path)
    let again = try await daemon.client.unary(RechargeServiceMethods.refundRecharge, refund(id, 20))
    #expect(try again.message.serializedBytes() == first.message.serializedBytes())
    #expect(again.trailingMetadata["replayed"] == "true")
    let tooMuch = try await status { try await daemon.recharges.refundRecharge(refund(id, 31, key: "g")) }
    #expect(tooMuch.errorInfo?.reason == "REFUND_EXCEEDS_RECHARGE")
    #expect(tooMuch.errorInfo?.metadata["refundable"] == "30000000")
    let history = try await history(id, daemon)
    #expect(history.refunds.map(\.state) == [.refunded])
    #expect(history.refundable == WalletServiceTests.usd(30))
    #expect(daemon.processor.refunds.count == 1)
    #expect(try await daemon.verdict().sound)
    try await daemon.stop()
  }

  @Test(
    "are refunded or not, as the processor reports later",
    arguments: [("pm_card_pendingRefund", RechargeRefund.State.refunded, 30), ("pm_card_refundFail", .failed, 50)]
      as [(String, RechargeRefund.State, Int64)]
  )
  func laterRefunds(token: String, state: RechargeRefund.State, left: Int64) async throws {
    let daemon = try await daemon()
    daemon.time.release()
    let id = try await pay(token, daemon)
    let refund = try await daemon.recharges.refundRecharge(refund(id, 20)).refund
    #expect(refund?.state == state)
    #expect((refund?.explanation == "") == (state == .refunded))
    #expect(try await posted(daemon) == left)
    try await daemon.stop()
  }

  @Test("are credited again once when a bank returns a refund, however that is reported")
  func returnedRefund() async throws {
    let daemon = try await daemon()
    let id = try await pay("pm_card_visa", daemon)
    let refund = try #require(try await daemon.recharges.refundRecharge(refund(id, 20)).refund)
    let made = try #require(daemon.events.all.last)
    try daemon.processor.returnRefund(key: "credits-\(refund.refundID)")
    let returned = try #require(daemon.events.all.last)
    #expect(try await posted(daemon) == 30)
    for (event, balance) in [(made, Int64(30)), (returned, 50), (returned, 50), (made, 50)] {
      let answer = try await ingest(event, daemon)
      #expect(answer.outcome == .taken && answer.rechargeID == id)
      #expect(try await posted(daemon) == balance)
    }
    let history = try await history(id, daemon)
    #expect(history.refunds.map(\.state) == [.failed])
    #expect(history.refundable == WalletServiceTests.usd(50))
    let entries = try await daemon.wallets.listEntries(ListEntriesRequest(walletID: "w", kinds: [.rechargeRefund]))
    #expect(entries.entries.map(\.refundID) == [refund.refundID, refund.refundID])
    #expect(entries.entries.map { $0.amount?.micros } == [20_000_000, -20_000_000])
    #expect(daemon.alarms.all.isEmpty)
    #expect(try await daemon.verdict().sound)
    try await daemon.stop()
  }

  @Test("are completed at once when the cardholder has authenticated")
  func completes() async throws {
    let daemon = try await daemon()
    let id = try await pay("pm_card_authenticationRequired", daemon)
    let request = CompleteRechargeRequest(rechargeID: id)
    #expect(try await daemon.recharges.completeRecharge(request).recharge?.state == .authenticationRequired)
    try daemon.processor.authenticateCardholder(key: "credits-\(id)")
    for _ in 1...2 {
      let answer = try await daemon.recharges.completeRecharge(request)
      #expect(answer.recharge?.state == .paid)
      #expect(answer.entry?.amount == WalletServiceTests.usd(50))
    }
    #expect(try await posted(daemon) == 50)
    let unknown = CompleteRechargeRequest(rechargeID: "x")
    let status = try await status { try await daemon.recharges.completeRecharge(unknown) }
    #expect(status.errorInfo?.reason == "RECHARGE_NOT_FOUND")
    try await daemon.stop()
  }

  @Test("are completed by the processor's event, even if it is late or repeated")
  func chargeEvents() async throws {
    let daemon = try await daemon()
    let id = try await pay("pm_card_authenticationRequired", daemon)
    try daemon.processor.authenticateCardholder(key: "credits-\(id)")
    // The last event reports the payment, the one before it the wait: they are delivered in the wrong order, and twice.
    let events = daemon.events.all.suffix(2).reversed() + daemon.events.all
    for event in events {
      let answer = try await ingest(event, daemon)
      #expect(answer.outcome == (answer.rechargeID == id ? .taken : .ignored))
    }
    #expect(try await posted(daemon) == 50)
    #expect(try await history(id, daemon).recharge?.state == .paid)
    #expect(try await daemon.verdict().sound)
    try await daemon.stop()
  }

  @Test("are withdrawn and returned by banks in disputes, in any order of the events")
  func disputes() async throws {
    let daemon = try await daemon()
    let id = try await pay("pm_card_visa", daemon)
    let charge = try #require(daemon.processor.charges.first).id
    let before = daemon.events.all.count
    try daemon.processor.setDispute(ofCharge: charge, to: .opened)
    try daemon.processor.setDispute(ofCharge: charge, to: .won)
    let sent = Array(daemon.events.all[before...])
    _ = try await ingest(sent[0], daemon)
    #expect(try await posted(daemon) == 0)
    #expect(try await history(id, daemon).disputes.map(\.state) == [.opened])
    for event in [sent[1], sent[0], sent[1]] {
      #expect(try await ingest(event, daemon).rechargeID == id)
      #expect(try await posted(daemon) == 50)
    }
    #expect(try await history(id, daemon).disputes.map(\.state) == [.won])
    #expect(try await daemon.verdict().sound)
    try await daemon.stop()
  }

  @Test("refuse a dispute's event until the disputed charge is known")
  func earlyDispute() async throws {
    let isBlind = Mutex(true)
    let daemon = try await TestDaemon(directory: directory.path) { request throws(ProcessorFailure) in
      // The charge is made, but its answer is lost.
      guard isBlind.withLock({ $0 }) else { return }
      if request == "find" { throw .outcomeUnknown("out of order") }
    }
    _ = try await daemon.wallets.createWallet(
      CreateWalletRequest(idempotencyKey: "w", walletID: "w", currencyCode: "USD")
    )
    let request = RechargeRequest(
      idempotencyKey: "r",
      walletID: "w",
      amount: WalletServiceTests.usd(50),
      paymentMethodToken: "pm_sim_timeOutAfterEffect",
      billingDetails: WalletServiceTests.billing
    )
    let options = CallOptions(timeout: .seconds(1))
    let begun = try await daemon.client.unary(RechargeServiceMethods.recharge, request, options: options).message
    #expect(begun.recharge?.state == .processing)
    let charge = try #require(daemon.processor.charges.first).id
    try daemon.processor.setDispute(ofCharge: charge, to: .opened)
    let sent = try #require(daemon.events.all.last)
    #expect(try await status { try await ingest(sent, daemon) }.code == .unavailable)
    isBlind.withLock { $0 = false }
    let answer = try await ingest(sent, daemon)
    #expect(answer.outcome == .taken)
    let id = try #require(begun.recharge?.rechargeID)
    #expect(try await history(id, daemon).recharge?.state == .paid)
    #expect(try await history(id, daemon).disputes.count == 1)
    #expect(try await posted(daemon) == 0)
    try await daemon.stop()
  }

  @Test("refuse forged events, and ignore events of other ledgers")
  func foreignEvents() async throws {
    let daemon = try await daemon()
    try await pay("pm_card_visa", daemon)
    var forged = try #require(daemon.events.all.last)
    forged.payload.append(UInt8(ascii: "1"))
    let refused = try await status { try await ingest(forged, daemon) }
    #expect(refused.code == .invalidArgument)
    #expect(refused.violations == ["signature"])
    // A charge of another ledger at the same processor.
    let other = OtherLedger()
    _ = try await other.charge(daemon.processor)
    #expect(try await ingest(try #require(daemon.events.all.last), daemon).outcome == .ignored)
    #expect(try await posted(daemon) == 50)
    try await daemon.stop()
  }

  @Test("are listed page by page, newest first")
  func lists() async throws {
    let daemon = try await daemon()
    var ids: [String] = []
    for number in 1...5 {
      ids.append(try await pay(number == 1 ? "pm_card_visa" : "", daemon, key: "r\(number)"))
      daemon.time.advance(.seconds(1))
    }
    var listed: [String] = []
    var token = ""
    repeat {
      let page = try await daemon.recharges.listRecharges(
        ListRechargesRequest(walletID: "w", pageSize: 2, pageToken: token)
      )
      #expect(page.recharges.count <= 2)
      listed += page.recharges.map(\.rechargeID)
      token = page.nextPageToken
    } while !token.isEmpty
    #expect(listed == ids.reversed())
    let wrong = ListRechargesRequest(walletID: "w", pageToken: "x")
    #expect(try await status { try await daemon.recharges.listRecharges(wrong) }.violations == ["page_token"])
    let nobody = ListRechargesRequest(walletID: "nobody")
    let missing = try await status { try await daemon.recharges.listRecharges(nobody) }
    #expect(missing.errorInfo?.reason == "WALLET_NOT_FOUND")
    try await daemon.stop()
  }
}
