import ArgumentParser
import CreditsClient
import CreditsVersion
import Foundation

/// Recharges wallets by the thousand through a processor that fails, forgets, lags behind and is exchanged, with both
/// processes killed again and again, then compares the processor's books with the ledger.
@main
struct Torture: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credits-torture",
    abstract: "Shows that every recharge is charged once and credited once, whatever breaks.",
    version: CreditsVersion.current
  )

  @Option(help: "How many recharges.")
  var recharges = 2000

  @Option(help: "How often creditsd is killed.")
  var kills = 20

  @Option(help: "How often the simulated processor is killed.")
  var simulatorKills = 2

  @Option(help: "How often the processor of another account takes the processor's place for a moment.")
  var accountExchanges = 1

  @Option(help: "How often the clock jumps two hours ahead.")
  var clockJumps = 1

  @Option(help: "How likely it is that a request to the processor meets a fault that passes, from 0 to 0.9.")
  var faults = 0.3

  @Option(help: "How many seconds of the clock pass in a second.")
  var speed = 30

  @Option(help: "How many customers there are at once.")
  var customers = 256

  @Option(help: "Draws what customers do, faults and kills; a new one by default.")
  var seed = UInt64.random(in: 1...999_999)

  @Option(help: "Where ledger, books and log are kept, and stay; a temporary directory by default.")
  var directory: String?

  func run() async throws {
    say("seed \(seed): \(recharges) recharges, \(kills) + \(simulatorKills) kills, faults \(faults)")
    let files = try RunFiles(directory)
    let tally = Tally(target: recharges)
    let clock = try FastClock(path: files.path("clock"), speed: speed)
    let stage = try Stage(in: files, clock: clock, faults: FaultOptions(passing: faults, seed: seed))
    let dashboard = Dashboard(socketPath: stage.processorSocket)
    let blows = Reaper.Blows(
      daemonKills: kills,
      simulatorKills: simulatorKills,
      accountExchanges: accountExchanges,
      clockJumps: clockJumps
    )
    let reaper = Reaper(stage: stage, tally: tally, seed: seed, blows: blows)
    let pool = CustomerPool(stage: stage, dashboard: dashboard, tally: tally, seed: seed, customers: customers)
    let start = ContinuousClock.now
    let ticking = Task { try await clock.run() }
    let showing = Task {
      await tally.show {
        try? await stage.end()
        Self.exit(withError: ExitCode.failure)
      }
    }
    async let reaping: Void = reaper.run()
    let delivery = EventDelivery(stage: stage, dashboard: dashboard, tally: tally, seed: seed)
    async let delivering: Void = delivery.run()
    let wallets = try await pool.run()
    tally.finish()
    try await reaping
    delivery.finish()
    try await delivering
    showing.cancel()
    let duration = ContinuousClock.now - start

    var aftermath = Aftermath(stage, dashboard, wallets)
    let comparison = try await aftermath.run()
    let verdict = try await stage.client(0).ledger.verify()
    let log = LogFile(path: files.path("creditsd.log"))
    let flaws =
      tally.flaws + aftermath.flaws + comparison.flaws + log.unexpectedAlarms
      + (verdict.sound ? [] : ["the ledger's proof fails: \(verdict.flaws)"])
    report(tally, log, duration: duration)
    report(comparison, aftermath, verdict)
    for flaw in flaws.prefix(500) { say("FLAW \(flaw)") }
    ticking.cancel()
    await dashboard.close()
    try await stage.end()
    guard flaws.isEmpty else {
      say("\(flaws.count) flaws; seed \(seed); see \(files.path(""))")
      throw ExitCode.failure
    }
    files.clear()
  }

  private func report(_ tally: Tally, _ log: LogFile, duration: Duration) {
    let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    let counts = tally.counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    say("recharges: \(tally.count) in \(Int(seconds)) s: \(counts.joined(separator: ", "))")
    say(
      "kills: creditsd \(tally.kills), in the middle of \(log.resumedRecharges) recharges; "
        + "simulator \(tally.simulatorKills)"
    )
    say("unknown outcomes: \(log.unknownOutcomes.map { "\($0.count) \($0.reason)" }.joined(separator: ", "))")
    say("alarms: \(log.alarms.map { "\($0.count) \($0.reason)" }.joined(separator: ", "))")
  }

  private func report(_ comparison: Comparison, _ aftermath: Aftermath, _ verdict: Verdict) {
    let (books, ledger) = (comparison.books, comparison.ledger)
    say("after an hour: \(aftermath.reviews) in review, \(aftermath.settledByHand) of them settled by hand")
    say("processor: \(books.paidCharges) paid charges, \(books.charged.formatted)")
    say("ledger: \(ledger.credits) recharge entries, \(ledger.credited.formatted)")
    say(
      "given back: by the processor \(books.refunds) times for creditsd and \(books.foreignRefunds) times without it, "
        + "\(books.givenBack.formatted); in the ledger \(ledger.debits) times, \(ledger.debited.formatted)"
    )
    say("taken by banks: \(books.withheld.formatted); in the ledger \(ledger.disputed.formatted)")
    say(
      "double charges \(books.doubleCharges), double credits \(ledger.doubleCredits), "
        + "uncredited charges \(comparison.uncredited), unpaid credits \(comparison.unpaid)"
    )
    say("proof: \(verdict.sound ? "sound" : "NOT SOUND"), \(verdict.recordCount) records")
  }
}
