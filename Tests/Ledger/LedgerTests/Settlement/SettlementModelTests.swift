import Ledger
import StoreContract
import Testing

@Suite("Settlements under faults")
struct SettlementModelTests {
  static let seeds = UInt64(1)...20
  static let runsPerSeed: UInt64 = 10

  /// Settles `record` in one simulation after the other.
  private func run<Subject: ModelSubject>(
    _ record: Subject,
    seed: UInt64,
    _ observe: (SettlementSimulation<Subject>) -> Void = { _ in }
  ) {
    for number in 0..<Self.runsPerSeed {
      var simulation = SettlementSimulation(record, seed: seed << 32 + number)
      do {
        try simulation.run()
      } catch {
        let log = simulation.log.suffix(30).map { "\($0.time) s: \($0.event)\n  → \($0.actions)" }
        Issue.record("seed \(seed), run \(number): \(error)\n\(log.joined(separator: "\n"))")
        return
      }
      observe(simulation)
    }
  }

  private static let newRecharge = SettlementSubjects.recharge(isAttached: false)

  @Test("end, charge at most once, and credit exactly what was paid", arguments: seeds)
  func recharges(seed: UInt64) { run(Self.newRecharge, seed: seed) }

  @Test("end, refund at most once, and debit exactly what was refunded", arguments: seeds)
  func refunds(seed: UInt64) { run(SettlementSubjects.refund(), seed: seed) }

  @Test("meet every kind of fault and outcome")
  func variety() {
    var states: [RechargeState: Int] = [:]
    var (crashes, resends, cancellations, overtaken) = (0, 0, 0, 0)
    var (reviews, givenUp, movedAfterAll) = (0, 0, 0)
    for seed in UInt64(101)...108 {
      run(Self.newRecharge, seed: seed) { simulation in
        states[simulation.record.state, default: 0] += 1
        crashes += simulation.counts.crashes
        resends += max(0, simulation.counts.sends - 1)
        cancellations += simulation.counts.cancellations
        overtaken += simulation.counts.overtaken
        reviews += simulation.counts.reviews
        givenUp += simulation.counts.givenUp
        movedAfterAll += simulation.counts.movedAfterAll
      }
      run(SettlementSubjects.refund(), seed: seed) { movedAfterAll += $0.counts.movedAfterAll }
    }
    #expect(Set(states.keys) == [.paid, .declined, .failed])
    #expect(states.values.allSatisfy { $0 > 2 })
    #expect(reviews > givenUp && givenUp > 2 && movedAfterAll > 0)
    #expect(crashes > 10 && resends > 10 && cancellations > 10 && overtaken > 2)
  }
}
