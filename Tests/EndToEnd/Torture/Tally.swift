import Synchronization

/// What has happened so far, for all who take part.
final class Tally: Sendable {
  private struct State {
    var begun = 0
    var count = 0
    var counts: [String: Int] = [:]
    var kills = 0
    var simulatorKills = 0
    var flaws: [String] = []
  }

  let target: Int
  private let state = Mutex(State())

  init(target: Int) { self.target = target }

  var count: Int { state.withLock { $0.count } }
  var counts: [String: Int] { state.withLock { $0.counts } }
  var kills: Int { state.withLock { $0.kills } }
  var simulatorKills: Int { state.withLock { $0.simulatorKills } }
  var flaws: [String] { state.withLock { $0.flaws } }

  /// Whether there is still a recharge to make.
  var isOpen: Bool { state.withLock { $0.begun < target } }

  func begin() { state.withLock { $0.begun += 1 } }

  /// A recharge has ended.
  func end(_ outcome: String) {
    state.withLock { state in
      state.count += 1
      state.counts[outcome, default: 0] += 1
    }
  }

  /// Something else has ended.
  func note(_ outcome: String) { state.withLock { $0.counts[outcome, default: 0] += 1 } }

  func killedDaemon() { state.withLock { $0.kills += 1 } }

  func killedSimulator() { state.withLock { $0.simulatorKills += 1 } }

  func flaw(_ sentence: String) { state.withLock { $0.flaws.append(sentence) } }

  /// Prints how far it is, now and then, until its task is cancelled or, since a recharge is lost, nothing goes on.
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
  /// Longer than the longest pauses between attempts: of a hundred thousand recharges some meet a dozen faults in a row.
  private static let patience = 90
}
