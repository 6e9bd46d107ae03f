import CreditsClient
import Foundation
import Testing

@Suite("creditsd, when somebody sets the clock of its host", .timeLimit(.minutes(3)))
struct ClockTests {
  private static let day = 86_400
  private static let decade = 3652 * day

  private let directory: TestDirectory

  init() throws {
    directory = try TestDirectory()
    try setTime(0)
    try setWallClock(0)
  }

  /// Lets time pass: both clocks advance.
  private func setTime(_ seconds: Int) throws { _ = try directory.write("\(seconds)\n", to: "clock") }

  /// Sets the wall clock alone.
  private func setWallClock(_ seconds: Int) throws { _ = try directory.write("\(seconds)\n", to: "wall") }

  private func daemon(_ options: [String] = []) throws -> RunningDaemon {
    try RunningDaemon(
      in: directory,
      options: options + ["--test-clock", directory.path("clock"), "--test-wall-clock", directory.path("wall")],
      environment: ["CREDITS_TESTING": "1"]
    )
  }

  /// What `creditsctl health` says: of the server, and in standard error of the clock.
  private func health() throws -> (status: Int32, clock: String) {
    let process = Process()
    let errors = Pipe()
    process.executableURL = RunningDaemon.program("creditsctl")
    process.arguments = ["health", "--socket", directory.path("credits.sock")]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  /// Charges a micro. Returns by how many seconds the entry's time is ahead of the test's clock.
  private func charge(_ credits: CreditsClient, _ key: String) async throws -> Int {
    let charge = try await credits.wallet.charge("ada", .micros(1), for: .call, idempotencyKey: key)
    return Int(try #require(charge.entry.createTime).seconds) - Int(Date().timeIntervalSince1970)
  }

  private func fund(_ credits: CreditsClient) async throws {
    _ = try await credits.wallet.create("ada", idempotencyKey: "create")
    _ = try await credits.wallet.grant("ada", .dollars(50), idempotencyKey: "grant")
  }

  private static func count(_ text: String, in log: String) -> Int { log.components(separatedBy: text).count - 1 }

  @Test(
    "a clock that is ahead for a moment ends no hold, dates nothing, and is said in the log and in health",
    arguments: [day, decade]
  )
  func aheadForAMoment(step: Int) async throws {
    let daemon = try daemon()
    let credits = try await daemon.client()
    try await fund(credits)
    let hold = try await credits.hold.place(
      "ada",
      .dollars(5),
      for: .call,
      lifetime: .seconds(3600),
      idempotencyKey: "h"
    )
    #expect(try health() == (0, ""))

    try setWallClock(step)
    #expect(abs(try await charge(credits, "1")) < 60)
    #expect(try await credits.wallet.get("ada").held == .dollars(5))
    #expect(try health() == (0, "clock: NOT_SERVING\n"))

    try setWallClock(0)
    #expect(abs(try await charge(credits, "2")) < 60)
    #expect(try health() == (0, ""))
    _ = try await credits.hold.capture(hold.hold.holdID, .dollars(5), isFinal: true, idempotencyKey: "capture")
    await credits.close()
    #expect(daemon.stop() == 0)
    let log = daemon.errorText()
    #expect(Self.count("the host's clock was set \(step / Self.day) d ahead", in: log) == 1)
    #expect(Self.count("agree again", in: log) == 1)
  }

  @Test("a clock that stands a day ahead for 10 minutes is followed, and that is said")
  func standsAhead() async throws {
    let daemon = try daemon()
    let credits = try await daemon.client()
    try await fund(credits)
    try setWallClock(Self.day)
    #expect(abs(try await charge(credits, "1")) < 60)
    try setTime(590)
    #expect(abs(try await charge(credits, "2") - 590) < 60)
    try setTime(610)
    #expect(abs(try await charge(credits, "3") - 610 - Self.day) < 60)
    #expect(try health() == (0, ""))
    await credits.close()
    #expect(daemon.stop() == 0)
    #expect(daemon.errorText().contains("has stood 1 d ahead for 10 min"))
  }

  @Test(
    "behind a commit that was early, a hold of a second ends in a second, and recharges do not wait",
    arguments: [day, decade]
  )
  func earlyCommit(step: Int) async throws {
    try setWallClock(step)
    let early = try daemon(["--processor", "simulated"])
    let before = try await early.client()
    try await fund(before)
    let card = PaymentDetails(
      token: "pm_card_visa",
      billing: BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1S 4BS")
    )
    _ = try await before.paymentMethod.save("ada", card, idempotencyKey: "card")
    await before.close()
    #expect(early.stop() == 0)

    try setWallClock(0)
    let daemon = try daemon(["--processor", "simulated"])
    let credits = try await daemon.client()
    #expect(try health() == (0, "clock: NOT_SERVING\n"))
    let start = ContinuousClock.now
    _ = try await credits.hold.place("ada", .dollars(5), for: .call, lifetime: .seconds(1), idempotencyKey: "hold")
    while try await credits.wallet.get("ada").held != .dollars(0) {}
    let duration = ContinuousClock.now - start
    #expect(duration > .milliseconds(900) && duration < .seconds(3))

    // An automatic recharge, its minute of rest, and the next.
    let settings = AutoRechargeSettings(enabled: true, threshold: .dollars(40), amount: .dollars(25))
    _ = try await credits.recharge.setAutoRecharge("ada", settings, idempotencyKey: "set")
    _ = try await credits.wallet.charge("ada", .dollars(15), for: .call, idempotencyKey: "spend")
    try await awaitChange(.rechargePaid, credits)
    try setTime(70)
    _ = try await credits.wallet.charge("ada", .dollars(40), for: .call, idempotencyKey: "spend more")
    try await awaitChange(.rechargePaid, times: 2, credits)
    await credits.close()
    #expect(daemon.stop() == 0)
    #expect(daemon.errorText().contains("the host's clock is \(step / Self.day) d behind the last commit"))
  }

  @Test("a clock that was set ahead while the ledger was closed is believed, and that is said")
  func aheadWhileClosed() async throws {
    let first = try daemon()
    let before = try await first.client()
    try await fund(before)
    await before.close()
    #expect(first.stop() == 0)
    try setWallClock(Self.day)
    let second = try daemon()
    let credits = try await second.client()
    #expect(abs(try await charge(credits, "1") - Self.day) < 60)
    #expect(try health() == (0, ""))
    await credits.close()
    #expect(second.stop() == 0)
    #expect(second.errorText().contains("the host's clock was set 1 d ahead while the ledger was closed"))
  }

  /// A recharge of which nothing is known for half an hour; then the daemon ends.
  private func rechargeUnknown(_ simulator: ProcessorProcess) async throws {
    let daemon = try daemon(simulator.options)
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "create")
    let card = PaymentDetails(
      token: "pm_card_visa",
      billing: BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1S 4BS")
    )
    _ = try await credits.paymentMethod.save("ada", card, idempotencyKey: "card")
    simulator.kill()
    let recharge = try await credits.recharge.pay(
      "ada",
      .dollars(25),
      idempotencyKey: "pay",
      timeout: .milliseconds(500)
    ).recharge
    #expect(recharge.state == .processing)
    try setTime(1800)
    await credits.close()
    #expect(daemon.stop() == 0)
  }

  private func awaitChange(_ kind: Change.Kind, times: Int = 1, _ credits: CreditsClient) async throws {
    var left = times
    for try await update in credits.wallet.changes("ada", after: 0) {
      if case .change(let change) = update, change.kind == kind { left -= 1 }
      if left == 0 { return }
    }
  }

  @Test("a clock that was set back while the ledger was closed makes no key young again", arguments: [24, 20, 1])
  func keyAfterSetBack(hours: Int) async throws {
    try await rechargeUnknown(try ProcessorProcess(simulatorIn: directory))
    try setWallClock(-hours * 3600)
    let simulator = try ProcessorProcess(simulatorIn: directory)
    let daemon = try daemon(simulator.options)
    let credits = try await daemon.client()
    // It has looked, and found nothing.
    while !daemon.errorTextSoFar.contains("it is not sent again") { try setTime(1800) }
    #expect(try simulator.chargeCount() == 0)
    try setTime(3600 + 900)
    try await awaitChange(.rechargeNeedsReview, credits)
    #expect(try simulator.chargeCount() == 0)
    await credits.close()
    #expect(daemon.stop() == 0)
  }

  @Test("a key is sent again once the clock has been set right")
  func keyAfterCorrection() async throws {
    try await rechargeUnknown(try ProcessorProcess(simulatorIn: directory))
    try setWallClock(-24 * 3600)
    let simulator = try ProcessorProcess(simulatorIn: directory)
    let daemon = try daemon(simulator.options)
    let credits = try await daemon.client()
    while !daemon.errorTextSoFar.contains("it is not sent again") { try setTime(1800) }
    try setWallClock(0)
    try setTime(1800 + 120)
    try await awaitChange(.rechargePaid, credits)
    #expect(try simulator.chargeCount() == 1)
    await credits.close()
    #expect(daemon.stop() == 0)
  }

  @Test("the wall clock is moved only beside a test clock, and only by a number")
  func permission() throws {
    let wall = try directory.write("soon", to: "wall")
    let daemon = try daemon()
    #expect(daemon.errorText().contains("\(wall) is no clock"))
    #expect(daemon.process.terminationStatus != 0)
    let options = ["--test-wall-clock", wall]
    let other = try RunningDaemon(in: directory, options: options, environment: ["CREDITS_TESTING": "1"])
    #expect(other.errorText().contains("--test-wall-clock is for tests: it needs --test-clock"))
    #expect(other.process.terminationStatus != 0)
  }
}
