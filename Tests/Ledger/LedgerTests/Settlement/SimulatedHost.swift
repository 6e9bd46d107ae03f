import Ledger
import LedgerEngine

/// A host whose wall clock may be wrong, and the ledger's clock on it. The host started when the record was created.
struct SimulatedHost {
  /// Seconds since the record was created, in truth.
  private(set) var time: Int64 = 0
  /// How far the wall clock is ahead of the truth, in seconds.
  var clockError: Int64 = 0

  private var clock: LedgerClock
  private var lastCommit = SettlementSubjects.start
  /// What the last commit left for the next process.
  private var mark: ClockMark

  init() {
    let start = ClockReading(wall: SettlementSubjects.start, uptime: 0)
    clock = LedgerClock.open(at: start, last: SettlementSubjects.start, mark: nil).clock
    mark = clock.mark
  }

  private var reading: ClockReading {
    ClockReading(wall: SettlementSubjects.start.adding(seconds: time + clockError), uptime: time * 1_000_000)
  }

  mutating func pass(_ seconds: Int64) { time += seconds }

  /// Now, by the ledger's clock.
  mutating func moment() -> Moment {
    _ = clock.advance(to: reading, last: lastCommit)
    return Moment(time: clock.time, isAheadOfWallClock: clock.isAheadOfWallClock)
  }

  /// Returns the ledger time of a commit that happens now.
  mutating func commit() -> LedgerTime {
    lastCommit = moment().time
    mark = clock.mark
    return lastCommit
  }

  /// Opens the ledger again, in a new process.
  mutating func restartProcess() {
    clock = LedgerClock.open(at: reading, last: lastCommit, mark: mark).clock
  }
}
