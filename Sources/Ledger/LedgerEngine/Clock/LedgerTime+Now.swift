import Glibc
package import Ledger

extension LedgerTime {
  /// The time of the system clock (clock_gettime(2), CLOCK_REALTIME).
  package static var now: LedgerTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return LedgerTime(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
  }
}
