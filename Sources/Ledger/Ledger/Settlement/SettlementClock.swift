/// A reading of two clocks at the same moment.
package struct Moment: Hashable, Sendable {
  /// The time that dates records. It may jump in either direction while a machine runs. The first moment passed to a
  /// machine has to be right, because the machine knows nothing earlier except the record's own times.
  package var time: LedgerTime
  /// The time since a fixed point, such as the host's boot. Monotonic, and includes the time that the host sleeps.
  package var uptime: Duration

  package init(time: LedgerTime, uptime: Duration) {
    self.time = time
    self.uptime = uptime
  }
}

/// Measures the age of idempotency keys. Setting the clock back neither makes a key younger nor stops its ageing.
/// Setting it ahead makes keys older, which is safe.
struct SettlementClock: Hashable, Sendable {
  private var latest: Moment?

  /// Advances to `moment`, or by the uptime that has passed if that is later.
  mutating func advance(to moment: Moment) {
    guard let latest else {
      self.latest = moment
      return
    }
    let uptime = max(moment.uptime, latest.uptime)
    let time = max(moment.time, latest.time.adding(uptime - latest.uptime))
    self.latest = Moment(time: time, uptime: uptime)
  }

  /// Advances to the date of a record.
  mutating func advance(to time: LedgerTime) {
    guard let latest, latest.time < time else { return }
    self.latest?.time = time
  }

  /// The time since `time`. Zero if no moment is known yet.
  func age(since time: LedgerTime) -> Duration {
    .microseconds(latest?.time.microseconds(since: time) ?? 0)
  }
}

extension LedgerTime {
  /// Returns the time `duration` later, truncated to microseconds. Saturates instead of overflowing.
  fileprivate func adding(_ duration: Duration) -> LedgerTime {
    let (seconds, attoseconds) = duration.components
    let later = adding(seconds: seconds)
    let (sum, isTooLate) = later.microseconds.addingReportingOverflow(attoseconds / 1_000_000_000_000)
    return LedgerTime(microseconds: isTooLate ? .max : sum)
  }
}
