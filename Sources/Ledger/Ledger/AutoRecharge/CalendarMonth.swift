/// A month of the Gregorian calendar in UTC: what monthly limits go by.
package struct CalendarMonth: Hashable, Sendable {
  /// Months since January of year 0.
  package let number: Int64

  private static let microsecondsPerDay: Int64 = 86_400_000_000
  /// Eras of 400 years, all of one length, begin with a March.
  private static let daysPerEra: Int64 = 146_097
  private static let daysFromFirstEraTo1970: Int64 = 719_468

  package init(number: Int64) { self.number = number }

  package init(of time: LedgerTime) {
    let (days, _) = time.microseconds.flooredDivision(by: Self.microsecondsPerDay)
    let (era, dayOfEra) = (days + Self.daysFromFirstEraTo1970).flooredDivision(by: Self.daysPerEra)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    // March is the third month of its year, February the fourteenth of the one before.
    number = (era * 400 + yearOfEra) * 12 + monthFromMarch + 2
  }

  package var next: CalendarMonth { CalendarMonth(number: number + 1) }

  /// Its first moment.
  package var start: LedgerTime {
    let (year, monthFromMarch) = (number - 2).flooredDivision(by: 12)
    let (era, yearOfEra) = year.flooredDivision(by: 400)
    let dayOfYear = (153 * monthFromMarch + 2) / 5
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let days = era * Self.daysPerEra + dayOfEra - Self.daysFromFirstEraTo1970
    return LedgerTime(microseconds: days * Self.microsecondsPerDay)
  }
}

extension Int64 {
  /// Quotient and remainder, the remainder never negative.
  fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
