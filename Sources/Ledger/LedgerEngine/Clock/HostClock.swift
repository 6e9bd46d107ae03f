package import Ledger
import Synchronization

/// The ledger's clock, shared by all threads of a process.
package final class HostClock: Sendable {
  package typealias Report = @Sendable (_ report: ClockReport, _ isDoubtful: Bool) -> Void

  private struct State {
    /// Nil until the first reading.
    var clock: LedgerClock?
    var savedMark: ClockMark?
  }

  /// By how much a mark may be wrong, in microseconds, before it is saved again.
  private static let markTolerance: Int64 = 1_000_000

  private let read: @Sendable () -> ClockReading
  private let report: Report
  private let state: Mutex<State>

  /// - Parameters:
  ///   - mark: The mark of the process before, unless the host has rebooted since.
  ///   - read: Reads the host's clocks.
  ///   - report: Called with each report, and whether the wall clock is in doubt from then on. It must neither block nor use
  ///     this clock.
  package init(
    mark: ClockMark?,
    read: @escaping @Sendable () -> ClockReading = { .now },
    report: @escaping Report
  ) {
    state = Mutex(State(savedMark: mark))
    self.read = read
    self.report = report
  }

  /// Returns ledger time. The first call opens the clock.
  ///
  /// - Parameter last: The time of the last commit.
  package func time(last: LedgerTime) -> LedgerTime { moment(last: last).time }

  /// The current moment, for callers that do not know the last commit.
  package var moment: Moment { moment(last: Position.start.time) }

  private func moment(last: LedgerTime) -> Moment {
    state.withLock { state in
      let reading = read()
      var clock: LedgerClock
      let said: ClockReport?
      if let open = state.clock {
        clock = open
        said = clock.advance(to: reading, last: last)
      } else {
        (clock, said) = LedgerClock.open(at: reading, last: last, mark: state.savedMark)
      }
      state.clock = clock
      // Under the lock, which keeps the reports in order.
      if let said { report(said, clock.isDoubtful) }
      return Moment(time: clock.time, isAheadOfWallClock: clock.isAheadOfWallClock)
    }
  }

  /// Returns the mark to save after a commit. Nil if the saved one is still right.
  package func markToSave() -> ClockMark? {
    state.withLock { state in
      guard let mark = state.clock?.mark else { return nil }
      if let saved = state.savedMark {
        let change = mark.hostStart.microseconds(since: saved.hostStart)
        if (-Self.markTolerance...Self.markTolerance).contains(change) { return nil }
      }
      state.savedMark = mark
      return mark
    }
  }
}
