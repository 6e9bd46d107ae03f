/// A date of the proleptic Gregorian calendar with astronomical years: year 0 precedes year 1.
package struct CalendarDate: Hashable, Sendable {
  /// The year, which may be 0 or negative.
  package let year: Int
  /// The month, 1 to 12.
  package let month: Int
  /// The day of the month, 1 to 31.
  package let day: Int

  /// Days in an era of 400 years. Eras begin on March 1, so that a leap day is the last day of its year.
  private static let daysPerEra = 146_097
  private static let daysFromYear0To1970 = 719_468
  private static let daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

  /// Returns nil for a date that does not exist, such as February 29, 2100.
  package init?(year: Int, month: Int, day: Int) {
    guard (1...12).contains(month) else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let dayCount = Self.daysOfMonth[month - 1] + (isLeap && month == 2 ? 1 : 0)
    guard (1...dayCount).contains(day) else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  /// Creates the first day of a month.
  ///
  /// - Precondition: The month is 1 to 12.
  package init(firstOfMonth month: Int, year: Int) {
    precondition((1...12).contains(month), "a year has twelve months")
    self.year = year
    self.month = month
    day = 1
  }

  /// Creates the date from its distance to 1970-01-01 in days; negative before it.
  ///
  /// - Precondition: Not within 719 468 of `Int.max`.
  package init(daysSince1970: Int) {
    let (era, dayOfEra) = (daysSince1970 + Self.daysFromYear0To1970).flooredDivision(by: Self.daysPerEra)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    // January and February belong to the year that begins in the preceding March.
    year = era * 400 + yearOfEra + (monthFromMarch < 10 ? 0 : 1)
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
  }

  /// Days since 1970-01-01; negative before it.
  package var daysSince1970: Int {
    let monthFromMarch = month < 3 ? month + 9 : month - 3
    let (era, yearOfEra) = (month < 3 ? year - 1 : year).flooredDivision(by: 400)
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * Self.daysPerEra + dayOfEra - Self.daysFromYear0To1970
  }
}

extension Int {
  /// Returns the quotient rounded down and the non-negative remainder, for a positive divisor.
  fileprivate func flooredDivision(by divisor: Int) -> (quotient: Int, remainder: Int) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
