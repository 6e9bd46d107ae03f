import CreditsClient
import Foundation
import Testing

@Suite("creditsd with a test clock", .timeLimit(.minutes(5)))
struct TestClockTests {
  private let directory: TestDirectory
  private let simulator: ProcessorProcess

  init() throws {
    directory = try TestDirectory()
    simulator = try ProcessorProcess(simulatorIn: directory)
    try setClock(ahead: 0)
  }

  private func setClock(ahead seconds: Int) throws { _ = try directory.write("\(seconds)\n", to: "clock") }

  private func daemon() throws -> RunningDaemon {
    try RunningDaemon(
      in: directory,
      options: simulator.options + ["--test-clock", directory.path("clock")],
      environment: ["CREDITS_TESTING": "1"]
    )
  }

  private static func card(_ token: String) -> PaymentDetails {
    PaymentDetails(
      token: token,
      billing: BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1S 4BS")
    )
  }

  private func settings(monthlyLimit: Money? = nil) -> AutoRechargeSettings {
    AutoRechargeSettings(enabled: true, threshold: .dollars(10), amount: .dollars(25), monthlyLimit: monthlyLimit)
  }

  /// Reads the changes of a wallet from its first.
  private struct Watch {
    var changes: WalletChanges.AsyncIterator

    init(_ credits: CreditsClient) { changes = credits.wallet.changes("ada", after: 0).makeAsyncIterator() }

    /// Reads up to the next change of this kind.
    mutating func awaits(_ kind: Change.Kind) async throws {
      while let update = try await changes.next() {
        if case .change(let change) = update, change.kind == kind { return }
      }
      Issue.record("the changes ended without \(kind)")
    }
  }

  private func charges(_ status: String) throws -> Int {
    try simulator.listing().count { $0[0] == "charge" && $0[5] == status }
  }

  @Test("a card that is always declined is charged 4 times within 7 hours, and then not again automatically")
  func declines() async throws {
    let daemon = try daemon()
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "create")
    var watch = Watch(credits)
    let card = Self.card("pm_card_chargeCustomerFail")
    _ = try await credits.paymentMethod.save("ada", card, idempotencyKey: "card")
    #expect(try await credits.recharge.setAutoRecharge("ada", settings(), idempotencyKey: "set").startsRecharge)
    try await watch.awaits(.rechargeDeclined)
    var ahead = 0
    for (hours, number) in [(1, 2), (2, 3), (4, 4)] {
      ahead += hours * 3600 - 60
      try setClock(ahead: ahead)
      let waiting = try await credits.recharge.autoRecharge("ada")
      #expect(waiting.autoRecharge?.state == .backoff, "\(waiting.explanation)")
      #expect(try charges("declined") == number - 1)
      ahead += 120
      try setClock(ahead: ahead)
      try await watch.awaits(.rechargeDeclined)
      #expect(try charges("declined") == number)
    }
    try setClock(ahead: ahead + 400 * 86_400)
    let refused = await #expect(throws: CreditsError.self) {
      try await credits.wallet.charge("ada", .dollars(1), for: .call, idempotencyKey: "spend")
    }
    try #require(refused?.reason == .insufficientCredits)
    let report = try await credits.recharge.autoRecharge("ada")
    #expect(report.autoRecharge?.state == .suspended && report.explanation.contains("suspended since"))
    #expect(try charges("declined") == 4)

    #expect(try await credits.recharge.resumeAutoRecharge("ada", idempotencyKey: "resume").startsRecharge)
    try await watch.awaits(.rechargeDeclined)
    #expect(try charges("declined") == 5)
    await credits.close()
    #expect(daemon.stop() == 0)
  }

  @Test("a monthly limit applies until the end of the month, also after a restart, and then a recharge starts at once")
  func monthlyLimit() async throws {
    // Start five days into the next month, so that neither month nor year ends while the test runs.
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let month = try #require(calendar.dateInterval(of: .month, for: .now))
    var ahead = Int(month.end.timeIntervalSinceNow) + 5 * 86_400
    try setClock(ahead: ahead)

    let first = try daemon()
    let before = try await first.client()
    _ = try await before.wallet.create("ada", idempotencyKey: "create")
    var watch = Watch(before)
    _ = try await before.recharge.pay("ada", .dollars(10), with: Self.card("pm_card_visa"), idempotencyKey: "pay")
    _ = try await before.recharge.setAutoRecharge(
      "ada",
      settings(monthlyLimit: .dollars(40)),
      idempotencyKey: "set"
    )
    try await watch.awaits(.rechargePaid)
    _ = try await before.wallet.charge("ada", .dollars(10), for: .call, idempotencyKey: "1")
    try await watch.awaits(.rechargePaid)
    _ = try await before.wallet.charge("ada", .dollars(20), for: .call, idempotencyKey: "2")
    ahead += 120
    try setClock(ahead: ahead)
    try await watch.awaits(.autoRechargeLimitReached)
    #expect(try await before.recharge.autoRecharge("ada").autoRecharge?.state == .limitReached)
    #expect(try charges("paid") == 2)
    await before.close()
    #expect(first.stop() == 0)

    let second = try daemon()
    let after = try await second.client()
    watch = Watch(after)
    try await watch.awaits(.autoRechargeLimitReached)
    #expect(try await after.recharge.autoRecharge("ada").autoRecharge?.state == .limitReached)
    try setClock(ahead: ahead + 31 * 86_400)
    try await watch.awaits(.rechargePaid)
    #expect(try charges("paid") == 3)
    #expect(try await after.wallet.get("ada").available == .dollars(30))
    await after.close()
    #expect(second.stop() == 0)
  }

  @Test("a recharge with an unknown outcome for an hour needs review, is never sent again, and leaves the slot")
  func unknown() async throws {
    let daemon = try daemon()
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "create")
    var watch = Watch(credits)
    _ = try await credits.paymentMethod.save("ada", Self.card("pm_card_visa"), idempotencyKey: "card")
    simulator.kill()
    async let answer = credits.recharge.pay("ada", .dollars(25), idempotencyKey: "pay", timeout: .seconds(60))
    try await watch.awaits(.rechargeStarted)
    try setClock(ahead: 3600 + 60)
    try await watch.awaits(.rechargeNeedsReview)
    #expect(try await answer.recharge.state == .needsReview)

    let returned = try ProcessorProcess(simulatorIn: directory)
    await credits.close()
    #expect(daemon.stop() == 0)
    let next = try self.daemon()
    let again = try await next.client()
    let recharge = try await again.recharge.pay("ada", .dollars(25), idempotencyKey: "pay").recharge
    #expect(recharge.state == .needsReview)
    #expect(try returned.listing().filter { $0[0] == "charge" } == [])
    let other = try await again.recharge.pay("ada", .dollars(10), idempotencyKey: "other")
    #expect(other.recharge.state == .paid && other.wallet.available == .dollars(10))
    #expect(try returned.listing().count { $0[0] == "charge" } == 1)
    await again.close()
    #expect(next.stop() == 0)
  }

  @Test("a cardholder who does not authenticate within an hour is not charged, and may try again")
  func authentication() async throws {
    let daemon = try daemon()
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "create")
    var watch = Watch(credits)
    let asked = try await credits.recharge.pay(
      "ada",
      .dollars(25),
      with: Self.card("pm_card_authenticationRequired"),
      idempotencyKey: "asked"
    )
    #expect(asked.recharge.state == .authenticationRequired && !asked.recharge.nextActionURL.isEmpty)
    try setClock(ahead: 3590)
    #expect(try await credits.recharge.get(asked.recharge.rechargeID).state == .authenticationRequired)
    try setClock(ahead: 3720)
    try await watch.awaits(.rechargeFailed)
    let other = try await credits.recharge.pay(
      "ada",
      .dollars(10),
      with: Self.card("pm_card_visa"),
      idempotencyKey: "other"
    )
    #expect(other.wallet.available == .dollars(10))
    #expect(try charges("paid") == 1 && simulator.listing().count { $0[0] == "charge" } == 2)
    await credits.close()
    #expect(daemon.stop() == 0)
  }

  @Test("the test clock needs CREDITS_TESTING, and a file with a number")
  func permission() throws {
    for (environment, text, complaint) in [
      ([:], "0", "--test-clock is for tests"), (["CREDITS_TESTING": "1"], "soon", "is no clock"),
      (["CREDITS_TESTING": "1"], "-1", "is no clock"),
    ] {
      let directory = try TestDirectory()
      let options = ["--test-clock", try directory.write(text, to: "clock")]
      let daemon = try RunningDaemon(in: directory, options: options, environment: environment)
      #expect(daemon.errorText().contains(complaint))
      #expect(daemon.process.terminationStatus != 0)
    }
  }
}
