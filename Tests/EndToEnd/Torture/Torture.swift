import ArgumentParser
import CreditsClient
import CreditsVersion
import Foundation

/// Recharges wallets by the thousand through a processor that fails, with both processes killed again and again, then
/// compares the processor's books with the ledger.
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

  @Option(help: "How likely it is that a request to the processor meets a fault, from 0 to 1.")
  var faults = 0.3

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
    let stage = try Stage(in: files, seed: seed, faults: faults)
    let reaper = Reaper(stage: stage, tally: tally, seed: seed, kills: kills, simulatorKills: simulatorKills)
    let pool = CustomerPool(stage: stage, tally: tally, seed: seed, customers: customers)
    let start = ContinuousClock.now
    let showing = Task {
      await tally.show {
        try? await stage.end()
        Self.exit(withError: ExitCode.failure)
      }
    }
    async let reaping: Void = reaper.run()
    let delivery = EventDelivery(stage: stage, tally: tally)
    async let delivering: Void = delivery.run()
    let wallets = try await pool.run()
    try await reaping
    delivery.finish()
    try await delivering
    showing.cancel()
    let duration = ContinuousClock.now - start

    let comparison = try await Comparison(of: wallets, taken: delivery.taken, stage: stage)
    let flaws = tally.flaws + comparison.flaws
    report(tally, comparison, LogFile(path: files.path("creditsd.log")), duration: duration)
    for flaw in flaws.prefix(500) { say("FLAW \(flaw)") }
    try await stage.end()
    guard flaws.isEmpty else {
      say("\(flaws.count) flaws; seed \(seed); see \(files.path(""))")
      throw ExitCode.failure
    }
    files.clear()
  }

  private func report(_ tally: Tally, _ comparison: Comparison, _ log: LogFile, duration: Duration) {
    let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    let counts = tally.counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    say("recharges: \(tally.count) in \(Int(seconds)) s: \(counts.joined(separator: ", "))")
    say(
      "kills: creditsd \(tally.kills), in the middle of \(log.resumedRecharges) recharges; "
        + "simulator \(tally.simulatorKills)"
    )
    say("unknown outcomes: \(log.unknownOutcomes.map { "\($0.count) \($0.reason)" }.joined(separator: ", "))")
    say("processor: \(comparison.paidCharges) paid charges, \(comparison.charged.formatted)")
    say("ledger: \(comparison.credits) recharge entries, \(comparison.credited.formatted)")
    say(
      "given back: by the processor \(comparison.refunds) times, \(comparison.refunded.formatted); "
        + "in the ledger \(comparison.refundEntries) times, \(comparison.debited.formatted)"
    )
    say("taken by banks: \(comparison.taken.formatted); in the ledger \(comparison.disputed.formatted)")
    say(
      "double charges \(comparison.doubleCharges), double credits \(comparison.doubleCredits), "
        + "uncredited charges \(comparison.uncredited), unpaid credits \(comparison.unpaid)"
    )
    say("proof: \(comparison.verdict.sound ? "sound" : "NOT SOUND"), \(comparison.verdict.recordCount) records")
  }
}
