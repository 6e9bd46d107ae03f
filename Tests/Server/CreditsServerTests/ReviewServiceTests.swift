import CreditsAPI
import CreditsServer
import PaymentProcessing
import SimulatedProcessor
import Synchronization
import Testing
import UnixGRPC
import UnixGRPCProtobuf

import enum Ledger.ProcessorFailure
import struct Ledger.RechargeID

@Suite("Reviews by hand", .timeLimit(.minutes(2)))
struct ReviewServiceTests {
  private let directory: TemporaryDirectory
  /// The requests that the processor does not answer.
  private let unanswered = Unanswered()

  private final class Unanswered: Sendable {
    private let names = Mutex<Set<String>>([])

    func set(_ names: Set<String>) { self.names.withLock { $0 = names } }

    func check(_ request: String) throws(ProcessorFailure) {
      if names.withLock({ $0.contains(request) }) { throw .outcomeUnknown("out of order") }
    }
  }

  init() throws { directory = try TemporaryDirectory() }

  private func daemon() async throws -> TestDaemon {
    let daemon = try await TestDaemon(directory: directory.path) { [unanswered] request throws(ProcessorFailure) in
      try unanswered.check(request)
    }
    _ = try await daemon.wallets.createWallet(
      CreateWalletRequest(idempotencyKey: "w", walletID: "w", currencyCode: "USD")
    )
    return daemon
  }

  private func pay(_ token: String, _ daemon: TestDaemon, key: String = "r") async throws -> Recharge {
    let request = RechargeRequest(
      idempotencyKey: key,
      walletID: "w",
      amount: WalletServiceTests.usd(50),
      paymentMethodToken: token,
      billingDetails: WalletServiceTests.billing
    )
    return try #require(try await daemon.recharges.recharge(request).recharge)
  }

  /// Makes a recharge that is paid at the processor and in review here. No time passes from then on.
  private func reviewedRecharge(_ daemon: TestDaemon) async throws -> String {
    unanswered.set(["find"])
    daemon.time.release()
    let recharge = try await pay("pm_sim_timeOutAfterEffect", daemon)
    daemon.time.hold()
    await daemon.time.waitForSleeper()
    #expect(recharge.state == .needsReview)
    return recharge.rechargeID
  }

  /// Makes a refund of $50 that never reached the processor and is in review here.
  private func reviewedRefund(_ daemon: TestDaemon) async throws -> (recharge: String, refund: String) {
    let id = try await pay("pm_card_visa", daemon).rechargeID
    unanswered.set(["refund", "find refund"])
    daemon.time.release()
    let request = RefundRechargeRequest(idempotencyKey: "f", rechargeID: id, amount: WalletServiceTests.usd(50))
    let refund = try #require(try await daemon.recharges.refundRecharge(request).refund)
    daemon.time.hold()
    await daemon.time.waitForSleeper()
    #expect(refund.state == .needsReview)
    return (id, refund.refundID)
  }

  private func noMoneyMoved(_ subject: SettleReviewRequest.Subject, accepts: Bool = false) -> SettleReviewRequest {
    SettleReviewRequest(
      idempotencyKey: "s",
      subject: subject,
      outcome: .noMoneyMoved,
      memo: "not in the dashboard",
      acceptUnconfirmed: accepts
    )
  }

  private func moneyMoved(_ subject: SettleReviewRequest.Subject, _ processorID: String) -> SettleReviewRequest {
    SettleReviewRequest(
      idempotencyKey: "s",
      subject: subject,
      outcome: .moneyMoved,
      processorID: processorID,
      memo: "seen in the dashboard"
    )
  }

  private func posted(_ daemon: TestDaemon) async throws -> Int64 {
    try #require(try await daemon.wallet("w").posted).micros / 1_000_000
  }

  @Test("say that a recharge was paid only under the id of its charge, which the processor confirms")
  func paid() async throws {
    let daemon = try await daemon()
    let id = try await reviewedRecharge(daemon)
    var review = moneyMoved(.rechargeID(id), "")
    #expect(try await status { try await daemon.recharges.settleReview(review) }.violations == ["processor_id"])
    review.processorID = try #require(daemon.processor.charges.first).id
    #expect(try await status { try await daemon.recharges.settleReview(review) }.code == .unavailable)
    unanswered.set([])
    var mistaken = review
    mistaken.processorID = try await OtherLedger().charge(daemon.processor)
    #expect(try await status { try await daemon.recharges.settleReview(mistaken) }.violations == ["processor_id"])
    let answer = try await daemon.recharges.settleReview(review)
    #expect(answer.recharge?.state == .paid)
    #expect(answer.entry?.reference == "seen in the dashboard")
    #expect(try await posted(daemon) == 50)
    #expect(try await daemon.recharges.settleReview(review) == answer)
    review.idempotencyKey = "s2"
    review.processorID = "whichever"
    let over = try await status { try await daemon.recharges.settleReview(review) }
    #expect(over.errorInfo?.reason == "NOT_IN_REVIEW")
    #expect(try await daemon.verdict().sound)
    try await daemon.stop()
  }

  @Test("that a recharge was not paid are refused if the processor says that it was")
  func contradicted() async throws {
    let daemon = try await daemon()
    let id = try await reviewedRecharge(daemon)
    unanswered.set([])
    for accepts in [false, true] {
      let refused = try await status {
        try await daemon.recharges.settleReview(noMoneyMoved(.rechargeID(id), accepts: accepts))
      }
      #expect(refused.errorInfo?.reason == "REVIEW_CONTRADICTED")
      #expect(refused.errorInfo?.metadata == ["state": "PAID"])
    }
    try await daemon.stop()
  }

  @Test("need to accept that the processor does not answer, and are corrected once it says that a recharge was paid")
  func unconfirmed() async throws {
    let daemon = try await daemon()
    let id = try await reviewedRecharge(daemon)
    let unavailable = try await status { try await daemon.recharges.settleReview(noMoneyMoved(.rechargeID(id))) }
    #expect(unavailable.errorInfo?.reason == "PROCESSOR_UNAVAILABLE")
    let settled = try await daemon.recharges.settleReview(noMoneyMoved(.rechargeID(id), accepts: true))
    #expect(settled.recharge?.state == .failed)
    unanswered.set([])
    let event = try #require(daemon.events.all.last)
    for _ in 1...2 {
      let answer = try await daemon.cards.ingestProcessorEvent(
        IngestProcessorEventRequest(payload: event.payload, signature: event.signature)
      )
      #expect(answer.outcome == .taken)
      #expect(try await posted(daemon) == 50)
    }
    let recharge = try await daemon.recharges.getRecharge(GetRechargeRequest(rechargeID: id)).recharge
    #expect(recharge?.state == .paid)
    #expect(daemon.alarms.all.isEmpty)
    #expect(try await daemon.verdict().sound)
    try await daemon.stop()
  }

  @Test("leave the slot to another recharge meanwhile, and a caller's question settles both")
  func beside() async throws {
    let daemon = try await daemon()
    let id = try await reviewedRecharge(daemon)
    unanswered.set([])
    #expect(try await pay("pm_card_visa", daemon, key: "next").state == .paid)
    #expect(try await posted(daemon) == 50)
    let completed = try await daemon.recharges.completeRecharge(CompleteRechargeRequest(rechargeID: id))
    #expect(completed.recharge?.state == .paid)
    #expect(try await posted(daemon) == 100)
    #expect(try await daemon.verdict().sound)
    try await daemon.stop()
  }

  @Test("say that a refund was made only under the processor's own id of it")
  func inventedRefund() async throws {
    let daemon = try await daemon()
    let (id, refund) = try await reviewedRefund(daemon)
    let unavailable = try await status {
      try await daemon.recharges.settleReview(moneyMoved(.refundID(refund), "re_1"))
    }
    #expect(unavailable.errorInfo?.reason == "PROCESSOR_UNAVAILABLE")
    unanswered.set([])
    let invented = try await status { try await daemon.recharges.settleReview(moneyMoved(.refundID(refund), "re_1")) }
    #expect(invented.violations == ["processor_id"])
    // The call has arrived after all.
    let charge = try #require(daemon.processor.charges.first)
    let made = try await daemon.processor.refundCharge(
      RefundRequest(key: "credits-\(refund)", chargeID: charge.id, rechargeID: RechargeID(id), amount: charge.amount)
    )
    let none = try await status { try await daemon.recharges.settleReview(noMoneyMoved(.refundID(refund))) }
    #expect(none.errorInfo?.metadata == ["state": "REFUNDED"])
    let another = try await status { try await daemon.recharges.settleReview(moneyMoved(.refundID(refund), "re_1")) }
    #expect(another.violations == ["processor_id"])
    let settled = try await daemon.recharges.settleReview(moneyMoved(.refundID(refund), made.id))
    #expect(settled.refund?.state == .refunded)
    #expect(try await posted(daemon) == 0)
    #expect(try await daemon.verdict().sound)
    try await daemon.stop()
  }

  @Test("give up a refund that the processor does not know")
  func unmadeRefund() async throws {
    let daemon = try await daemon()
    let (_, refund) = try await reviewedRefund(daemon)
    unanswered.set([])
    let settled = try await daemon.recharges.settleReview(noMoneyMoved(.refundID(refund)))
    #expect(settled.refund?.state == .failed)
    #expect(try await posted(daemon) == 50)
    try await daemon.stop()
  }
}
