/// What lookups by key show late, as a processor's search lags behind its books.
struct SearchIndex {
  private struct Change {
    var isShownFrom: ContinuousClock.Instant
    var before: BookRecord?
  }

  /// What lookups show of a key whose latest change they do not show yet.
  struct Stale {
    /// nil if there was nothing before.
    var record: BookRecord?
  }

  private let lag: Duration
  private var changes: [String: Change] = [:]

  init(lag: Duration) { self.lag = lag }

  /// - Parameter before: What the change replaces.
  mutating func changed(_ key: String, from before: BookRecord?) {
    guard lag > .zero else { return }
    let now = ContinuousClock.now
    let shown = changes[key].flatMap { $0.isShownFrom > now ? $0 : nil }
    changes[key] = Change(isShownFrom: now + lag, before: shown == nil ? before : shown?.before)
  }

  /// Returns nil if lookups show the key as it is.
  mutating func stale(_ key: String) -> Stale? {
    guard let change = changes[key] else { return nil }
    if change.isShownFrom > .now { return Stale(record: change.before) }
    changes[key] = nil
    return nil
  }
}
