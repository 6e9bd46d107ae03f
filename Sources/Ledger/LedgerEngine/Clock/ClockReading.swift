import Glibc
package import Ledger

/// A reading of the host's two clocks at the same moment.
package struct ClockReading: Hashable, Sendable {
  /// The wall clock (CLOCK_REALTIME). It jumps in either direction when it is set.
  package var wall: LedgerTime
  /// Microseconds since the host booted (CLOCK_BOOTTIME). Cannot be set, and includes the time that the host sleeps.
  package var uptime: Int64

  package init(wall: LedgerTime, uptime: Int64) {
    self.wall = wall
    self.uptime = uptime
  }

  /// When the host booted, by the wall clock. It changes only when the wall clock is set.
  var hostStart: LedgerTime { wall.adding(microseconds: -uptime) }

  /// Reads the system's clocks.
  package static var now: ClockReading {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return ClockReading(wall: .now, uptime: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
  }
}
