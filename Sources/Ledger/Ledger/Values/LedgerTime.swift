/// Microseconds since 1970-01-01T00:00:00Z, assigned by the committer. Never earlier than the last committed time.
package struct LedgerTime: Hashable, Comparable, Sendable {
  package let microseconds: Int64

  package init(microseconds: Int64) { self.microseconds = microseconds }

  package static func < (left: LedgerTime, right: LedgerTime) -> Bool { left.microseconds < right.microseconds }

  /// The microseconds from `other` to this time; negative if `other` is later. Saturates instead of overflowing.
  package func microseconds(since other: LedgerTime) -> Int64 {
    let (difference, overflow) = microseconds.subtractingReportingOverflow(other.microseconds)
    guard overflow else { return difference }
    return microseconds < 0 ? .min : .max
  }

  /// Returns the time `seconds` later. Saturates instead of overflowing.
  package func adding(seconds: Int64) -> LedgerTime {
    let (duration, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000)
    return adding(microseconds: isTooLong ? (seconds < 0 ? .min : .max) : duration)
  }

  /// This many microseconds later. Saturates instead of overflowing.
  package func adding(microseconds duration: Int64) -> LedgerTime {
    let (sum, isTooLate) = microseconds.addingReportingOverflow(duration)
    return LedgerTime(microseconds: isTooLate ? (duration < 0 ? .min : .max) : sum)
  }
}
