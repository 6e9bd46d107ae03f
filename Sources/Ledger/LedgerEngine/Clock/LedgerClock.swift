package import Ledger

/// Computes ledger time from readings of the host's clocks. Reads no clock itself.
///
/// Ledger time advances by the uptime, so a second of ledger time is a second whatever happens to the wall clock. It is
/// pulled to the wall clock:
/// - If the wall clock is ahead by at most `tolerance`, ledger time jumps to it.
/// - If the wall clock is behind, ledger time runs a little slower until both agree. It never stands still or goes back.
/// - A step of the wall clock by more than `tolerance`, which the uptime does not show, is not followed until it has stood
///   for `patience`: it may be a mistake of an operator or a time server, and commits cannot be dated back.
/// - When the ledger is opened, a wall clock that is ahead is followed at once: nothing else tells how long it was closed.
package struct LedgerClock: Hashable, Sendable {
  /// How far the wall clock may jump within `patience` before it is in doubt, in microseconds. More than the usual
  /// correction of a time server, and far less than the hours and days that rules about money use.
  package static let tolerance: Int64 = 5 * 60 * 1_000_000
  /// How long a step has to stand before it is followed, in microseconds of uptime.
  package static let patience: Int64 = 10 * 60 * 1_000_000
  /// While the wall clock is behind, ledger time is slower by one part in this many. The 23 hours for which an idempotency
  /// key is sent then take at most 23 hours and 14 minutes, less than the 24 for which processors remember it.
  package static let slowdown: Int64 = 100

  /// A step of the wall clock that is not followed yet.
  private struct Step: Hashable {
    /// The host's start by the stepped clock.
    var hostStart: LedgerTime
    /// The uptime at which it was first seen.
    var begin: Int64
  }

  /// Ledger time at the latest reading.
  package private(set) var time: LedgerTime
  private var reading: ClockReading
  /// The host's start by the wall clock that is followed. Steps are measured from it. It changes at most once in `patience`
  /// without a step, so many small steps are treated like a large one.
  private var hostStart: LedgerTime
  /// The host's start by ledger time. Returning to it is no step.
  private var ledgerHostStart: LedgerTime
  /// The uptime at which both were taken.
  private var hostStartUptime: Int64
  private var step: Step?
  /// The part of the time behind the wall clock for which ledger time has not been slowed yet: less than `slowdown`.
  private var remainder: Int64 = 0

  // MARK: Opening

  /// Opens the clock of a ledger.
  ///
  /// - Parameters:
  ///   - last: The time of the last commit.
  ///   - mark: The mark of that commit. Nil if there is none, or the host has rebooted since.
  package static func open(
    at reading: ClockReading,
    last: LedgerTime,
    mark: ClockMark?
  ) -> (clock: LedgerClock, report: ClockReport?) {
    // With a mark, the uptime tells how long ago the last commit was.
    let known = mark.map { max(last, $0.hostStart.adding(microseconds: reading.uptime)) }
    let least = known ?? last
    let clock = LedgerClock(at: reading, time: max(least, reading.wall))
    let lead = reading.wall.microseconds(since: least)
    if last == Position.start.time || isTolerable(lead) { return (clock, nil) }
    guard lead < 0 else { return (clock, .openedBehind(by: .microseconds(lead), isStep: known != nil)) }
    return (clock, .openedAhead(by: .zero - .microseconds(lead)))
  }

  private init(at reading: ClockReading, time: LedgerTime) {
    self.time = time
    self.reading = reading
    hostStart = reading.hostStart
    hostStartUptime = reading.uptime
    ledgerHostStart = time.adding(microseconds: -reading.uptime)
  }

  // MARK: Running

  /// Advances ledger time to a reading.
  ///
  /// - Parameter last: The time of the last commit. It may be ahead of this clock if others commit too.
  package mutating func advance(to reading: ClockReading, last: LedgerTime) -> ClockReport? {
    let wasDoubtful = isDoubtful
    let passed = max(0, reading.uptime - self.reading.uptime)
    self.reading = ClockReading(wall: reading.wall, uptime: self.reading.uptime + passed)
    let unpulled = max(last, time.adding(microseconds: passed))

    let lastFollow = hostStartUptime
    let (isFollowed, report) = judge()
    if !isFollowed {
      time = unpulled
    } else if reading.wall >= unpulled {
      time = reading.wall
    } else {
      remainder += passed
      time = max(reading.wall, last, unpulled.adding(microseconds: -(remainder / Self.slowdown)))
      remainder %= Self.slowdown
    }
    if hostStartUptime != lastFollow { ledgerHostStart = mark.hostStart }
    return report ?? (wasDoubtful && !isDoubtful ? .agrees : nil)
  }

  /// Whether there is a step that is not followed yet, or the wall clock differs from ledger time by more than `tolerance`.
  package var isDoubtful: Bool { step != nil || !Self.isTolerable(reading.wall.microseconds(since: time)) }

  /// Whether the wall clock is behind ledger time by more than `tolerance`.
  package var isAheadOfWallClock: Bool { reading.wall.microseconds(since: time) < -Self.tolerance }

  /// The mark of a commit at the latest reading.
  package var mark: ClockMark { ClockMark(hostStart: time.adding(microseconds: -reading.uptime)) }

  /// Decides whether ledger time is pulled to the wall clock.
  private mutating func judge() -> (isFollowed: Bool, report: ClockReport?) {
    let (hostStart, uptime) = (reading.hostStart, reading.uptime)
    let jump = hostStart.microseconds(since: self.hostStart)
    guard !Self.isTolerable(jump) else {
      step = nil
      if uptime - hostStartUptime >= Self.patience { follow() }
      return (true, nil)
    }
    if Self.isTolerable(hostStart.microseconds(since: ledgerHostStart)) {
      follow()
      return (true, nil)
    }
    guard let step, Self.isTolerable(hostStart.microseconds(since: step.hostStart)) else {
      let isNew = step == nil
      step = Step(hostStart: hostStart, begin: uptime)
      return (false, isNew ? .stepped(by: .microseconds(jump)) : nil)
    }
    guard uptime - step.begin >= Self.patience else { return (false, nil) }
    follow()
    return (true, .stepFollowed(by: .microseconds(jump)))
  }

  private mutating func follow() {
    hostStart = reading.hostStart
    hostStartUptime = reading.uptime
    step = nil
  }

  private static func isTolerable(_ difference: Int64) -> Bool { (-tolerance...tolerance).contains(difference) }
}

/// Tells the next process how long ago a commit was, by the uptime.
package struct ClockMark: Hashable, Sendable {
  /// When the host booted, by ledger time.
  package var hostStart: LedgerTime

  package init(hostStart: LedgerTime) { self.hostStart = hostStart }
}

/// A report about the host's wall clock, for the log.
package enum ClockReport: Hashable, Sendable {
  /// When the ledger was opened, the wall clock was ahead of the last commit. Ledger time follows it. `isStep` means that it
  /// was set ahead: the uptime shows that less time has passed.
  case openedBehind(by: Duration, isStep: Bool)
  /// When the ledger was opened, the wall clock was behind the last commit. Ledger time runs on from that commit.
  case openedAhead(by: Duration)
  /// The wall clock was set ahead, or back if negative. Ledger time does not follow yet.
  case stepped(by: Duration)
  /// A step has stood long enough and is followed. After a step back, ledger time is ahead of the wall clock.
  case stepFollowed(by: Duration)
  /// The wall clock and ledger time agree again.
  case agrees
}
