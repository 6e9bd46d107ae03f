import CreditsClient
import Testing
import UnixGRPC

@Suite("Open recharges, refunds and disputes of a ledger of an earlier version", .timeLimit(.minutes(2)))
struct OldLedgerSettlementTests {
  struct Outcome {
    let wallet: String
    let kind: Change.Kind
    /// The expected number of changes of this kind, including earlier ones.
    var count = 1

    /// What the processor settles within the hour.
    static let atOnce = [
      Outcome(wallet: "open not charged", kind: .rechargePaid),
      Outcome(wallet: "open charging", kind: .rechargePaid),
      Outcome(wallet: "open charged", kind: .rechargePaid),
      Outcome(wallet: "open charged", kind: .paymentMethodDetached),
      Outcome(wallet: "open new card", kind: .rechargePaid),
      Outcome(wallet: "open refunds", kind: .rechargeRefunded, count: 2),
      Outcome(wallet: "open removal", kind: .paymentMethodDetached),
      // It was in review: the processor knows of its payment.
      Outcome(wallet: "review contradicted", kind: .rechargePaid),
    ]
    static let later = [
      Outcome(wallet: "open authentication", kind: .rechargeFailed),
      Outcome(wallet: "open authentication", kind: .paymentMethodDetached),
      Outcome(wallet: "due hold", kind: .holdExpired),
      Outcome(wallet: "automatic authentication", kind: .rechargeFailed),
      Outcome(wallet: "automatic declined", kind: .rechargeDeclined, count: 6),
    ]
  }

  @Test("are settled by processor results, by timers or by hand", arguments: OldLedger.versions)
  func settles(version: Int) async throws {
    let old = try OldLedger(version: version)
    let directory = try TestDirectory()
    try old.copy(to: directory)
    let simulator = try ProcessorProcess(simulatorIn: directory)
    // A daemon that cannot reach the processor retries some requests only after a minute.
    let client = GRPCClient(socketPath: simulator.socketPath)
    try await client.connect(waitsForReady: true)
    await client.close()
    let daemon = try old.daemon(in: directory, processor: simulator.options)
    let credits = try await daemon.client()
    try await awaits(Outcome.atOnce, credits)
    try old.setClock(in: directory, after: 2)
    try await awaits(Outcome.later, credits)
    try await settleReviews(credits)
    let event = old.facts.disputeWon
    #expect(try await credits.paymentMethod.ingest(Array(event.payload.utf8), signature: event.signature) != nil)
    let verdict = try await credits.ledger.verify()
    #expect(verdict.sound, "\(verdict.flaws)")
    #expect(verdict.recordCount > old.facts.recordCount)
    await credits.close()
    #expect(daemon.stop() == 0)

    for (table, states) in [
      ("recharge", "'PROCESSING', 'AUTHENTICATION_REQUIRED', 'NEEDS_REVIEW'"),
      ("recharge_refund", "'PROCESSING', 'NEEDS_REVIEW'"), ("dispute", "'OPENED'"), ("payment_method", "'REMOVED'"),
    ] {
      let open = "SELECT wallet_id FROM \(table) JOIN wallet USING (wallet) WHERE state IN (\(states))"
      #expect(try OldLedger.column(open, in: directory) == [], "\(table)")
    }
  }

  private func awaits(_ outcomes: [Outcome], _ credits: CreditsClient) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for outcome in outcomes { group.addTask { try await awaits(outcome, credits) } }
      try await group.waitForAll()
    }
  }

  private func awaits(_ outcome: Outcome, _ credits: CreditsClient) async throws {
    var count = 0
    for try await update in credits.wallet.changes(outcome.wallet, after: 0) {
      if case .change(let change) = update, change.kind == outcome.kind { count += 1 }
      if count == outcome.count { return }
    }
    Issue.record("the changes of \(outcome.wallet) ended without \(outcome.kind)")
  }

  private func settleReviews(_ credits: CreditsClient) async throws {
    let uncharged = try #require(try await credits.recharge.list("review automatic").items.first)
    let refunded = try #require(try await credits.recharge.list("review refunds").items.first)
    let refund = try #require(
      try await credits.recharge.history(refunded.rechargeID).refunds.first { $0.state == .needsReview }
    )
    for (subject, outcome) in [
      (.recharge(uncharged.rechargeID), .noMoneyMoved), (.refund(refund.refundID), .noMoneyMoved),
    ] as [(ReviewSubject, ReviewOutcome)] {
      _ = try await credits.recharge.settleReview(subject, outcome, memo: "by hand", idempotencyKey: "\(subject)")
    }
  }
}
