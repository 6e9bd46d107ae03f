/// Limits log lines that a peer can cause as often as it likes: of each kind, a few are written in an interval, and the
/// rest are counted.
package struct RepetitionLimit<Kind: Hashable & Sendable>: Sendable {
  /// What to do with a line.
  package enum Decision: Hashable, Sendable {
    case write
    /// Do not write it.
    case count
    /// Do not write it, and ask for ``takeCounts()`` when the interval is over: it is the first that is counted.
    case countFirst
  }

  private let linesPerInterval: Int
  /// The kinds of one interval that are kept apart. Beyond it all others are of one kind, which is counted only.
  private let maximumKinds: Int
  private var written: [Kind: Int] = [:]
  private var counts: [Kind: Int] = [:]
  /// Lines of kinds beyond `maximumKinds`.
  private var otherCount = 0

  package init(linesPerInterval: Int, maximumKinds: Int = 256) {
    self.linesPerInterval = linesPerInterval
    self.maximumKinds = maximumKinds
  }

  /// Decides about a line of `kind`.
  package mutating func decide(_ kind: Kind) -> Decision {
    let lines = written[kind] ?? 0
    if lines < linesPerInterval, lines > 0 || written.count < maximumKinds {
      written[kind] = lines + 1
      return .write
    }
    let isFirst = counts.isEmpty && otherCount == 0
    if lines > 0 { counts[kind, default: 0] += 1 } else { otherCount += 1 }
    return isFirst ? .countFirst : .count
  }

  /// Ends an interval. Returns the kinds of which lines were not written, with their numbers; a nil kind stands for the many
  /// that were not kept apart.
  package mutating func takeCounts() -> [(kind: Kind?, count: Int)] {
    defer {
      written = [:]
      counts = [:]
      otherCount = 0
    }
    let others: [(kind: Kind?, count: Int)] = otherCount > 0 ? [(nil, otherCount)] : []
    return counts.map { ($0.key, $0.value) } + others
  }
}
