import Synchronization

/// The shared counts and flaws of the run.
final class Tally: Sendable {
  private struct State {
    var begun = 0
    var count = 0
    var counts: [String: Int] = [:]
    var kills = 0
    var simulatorKills = 0
    var flaws: [String] = []
    var isOver = false
  }

  let target: Int
  private let state = Mutex(State())

  init(target: Int) { self.target = target }

  var count: Int { state.withLock { $0.count } }
  var counts: [String: Int] { state.withLock { $0.counts } }
  var kills: Int { state.withLock { $0.kills } }
  var simulatorKills: Int { state.withLock { $0.simulatorKills } }
  var flaws: [String] { state.withLock { $0.flaws } }

  /// Whether more recharges are to be made.
  var isOpen: Bool { state.withLock { $0.begun < target } }

  /// Whether no customer is left.
  var isOver: Bool { state.withLock { $0.isOver } }

  func finish() { state.withLock { $0.isOver = true } }

  func begin() { state.withLock { $0.begun += 1 } }

  /// Counts a finished recharge.
  func end(_ outcome: String) {
    state.withLock { state in
      state.count += 1
      state.counts[outcome, default: 0] += 1
    }
  }

  /// Counts another outcome.
  func note(_ outcome: String) { state.withLock { $0.counts[outcome, default: 0] += 1 } }

  func killedDaemon() { state.withLock { $0.kills += 1 } }

  func killedSimulator() { state.withLock { $0.simulatorKills += 1 } }

  /// Says a flaw at once, because the run may not end, and keeps it.
  func flaw(_ sentence: String) {
    say("  flaw: \(sentence)")
    state.withLock { $0.flaws.append(sentence) }
  }

  /// Prints the progress periodically until its task is cancelled, or calls `stalled` if a recharge does not end.
  func show(stalled: () async -> Void) async {
    var last = 0
    var quietRounds = 0
    while (try? await Task.sleep(for: Self.interval)) != nil {
      let (count, kills, flaws) = state.withLock { ($0.count, $0.kills, $0.flaws.count) }
      say("  \(count) recharges, \(kills) kills\(flaws == 0 ? "" : ", \(flaws) FLAWS")")
      quietRounds = count == last ? quietRounds + 1 : 0
      last = count
      if quietRounds == Self.patience {
        say("FLAW a recharge does not end")
        return await stalled()
      }
    }
  }

  private static let interval = Duration.seconds(10)
  /// The number of intervals without progress that count as stalled. Longer than the longest delays between attempts,
  /// because of a hundred thousand recharges some meet a dozen faults in a row.
  private static let patience = 90
}
