import GregorianCalendar

/// A month of the Gregorian calendar in UTC, which monthly limits count by.
package struct CalendarMonth: Hashable, Sendable {
  /// Months since January of year 0.
  package let number: Int64

  private static let microsecondsPerDay: Int64 = 86_400_000_000

  package init(number: Int64) { self.number = number }

  package init(of time: LedgerTime) {
    let date = CalendarDate(daysSince1970: Int(time.microseconds.flooredQuotient(by: Self.microsecondsPerDay)))
    number = Int64(date.year * 12 + date.month - 1)
  }

  package var next: CalendarMonth { CalendarMonth(number: number + 1) }

  /// The first moment of the month.
  package var start: LedgerTime {
    let year = number.flooredQuotient(by: 12)
    let first = CalendarDate(firstOfMonth: Int(number - year * 12) + 1, year: Int(year))
    return LedgerTime(microseconds: Int64(first.daysSince1970) * Self.microsecondsPerDay)
  }
}

extension Int64 {
  fileprivate func flooredQuotient(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
