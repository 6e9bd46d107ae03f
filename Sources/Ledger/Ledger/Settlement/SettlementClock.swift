/// A moment by the ledger's clock.
package struct Moment: Hashable, Sendable {
  /// Ledger time. It never goes back, and setting the host's clock does not stop it.
  package var time: LedgerTime
  /// Whether the host's clock is behind ledger time by minutes or more. Then it is not certain how long the ledger was
  /// closed before this process, so keys may be older than they seem.
  package var isAheadOfWallClock: Bool

  package init(time: LedgerTime, isAheadOfWallClock: Bool = false) {
    self.time = time
    self.isAheadOfWallClock = isAheadOfWallClock
  }
}

/// Measures the age of idempotency keys, in ledger time.
struct SettlementClock: Hashable, Sendable {
  private var latest: LedgerTime?
  /// Whether ages may be longer than they are measured.
  private(set) var isAheadOfWallClock = false

  mutating func advance(to moment: Moment) {
    latest = max(latest ?? moment.time, moment.time)
    isAheadOfWallClock = moment.isAheadOfWallClock
  }

  /// Advances to the date of a record.
  mutating func advance(to time: LedgerTime) {
    guard let latest, latest < time else { return }
    self.latest = time
  }

  /// The time since `time`. Zero if no moment is known yet.
  func age(since time: LedgerTime) -> Duration {
    .microseconds(latest?.microseconds(since: time) ?? 0)
  }
}
