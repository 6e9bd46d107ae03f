/// Kills the processes, exchanges the processor's account, and makes the clock jump at random times, spread over the run.
struct Reaper: Sendable {
  /// How often each happens.
  struct Blows: Sendable {
    var daemonKills: Int
    var simulatorKills: Int
    var accountExchanges: Int
    var clockJumps: Int
  }

  private enum Blow {
    case daemonKill
    case simulatorKill
    case accountExchange
    case clockJump
  }

  let stage: Stage
  let tally: Tally
  let seed: UInt64
  let blows: Blows

  /// In seconds: longer than an outcome may be unknown.
  private static let jump = 2 * 3600

  func run() async throws {
    var numbers = SeededNumbers(seed: seed, stream: 0)
    var moments: [(count: Int, blow: Blow)] = []
    for (blow, count) in [
      (Blow.daemonKill, blows.daemonKills), (.simulatorKill, blows.simulatorKills),
      (.accountExchange, blows.accountExchanges), (.clockJump, blows.clockJumps),
    ] {
      for _ in 0..<count { moments.append((numbers.number(0...max(0, tally.target - 1)), blow)) }
    }
    for moment in moments.sorted(by: { $0.count < $1.count }) {
      // Without all recharges, because a customer has met a flaw, the rest is not waited for.
      while tally.count < moment.count {
        if tally.isOver { return }
        try await Task.sleep(for: .milliseconds(2))
      }
      try await Task.sleep(for: .microseconds(numbers.number(0...20_000)))
      switch moment.blow {
      case .daemonKill:
        try stage.killDaemon()
        tally.killedDaemon()
      case .simulatorKill:
        try stage.killSimulator()
        tally.killedSimulator()
      case .accountExchange:
        try await stage.exchangeAccount(for: .milliseconds(numbers.number(100...1000)))
        tally.note("exchanges of the processor's account")
      case .clockJump:
        try stage.clock.skip(Self.jump)
        tally.note("jumps of the clock")
      }
    }
  }
}
