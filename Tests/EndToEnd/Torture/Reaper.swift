/// Kills the processes at random times, spread over the run.
struct Reaper: Sendable {
  let stage: Stage
  let tally: Tally
  let seed: UInt64
  let kills: Int
  let simulatorKills: Int

  func run() async throws {
    var numbers = SeededNumbers(seed: seed, stream: 0)
    var moments: [(count: Int, isSimulator: Bool)] = []
    for (count, isSimulator) in [(kills, false), (simulatorKills, true)] {
      for _ in 0..<count { moments.append((numbers.number(0...max(0, tally.target - 1)), isSimulator)) }
    }
    for moment in moments.sorted(by: { $0.count < $1.count }) {
      while tally.count < moment.count { try await Task.sleep(for: .milliseconds(2)) }
      try await Task.sleep(for: .microseconds(numbers.number(0...20_000)))
      if moment.isSimulator {
        try stage.killSimulator()
        tally.killedSimulator()
      } else {
        try stage.killDaemon()
        tally.killedDaemon()
      }
    }
  }
}
