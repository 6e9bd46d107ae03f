/// A day of the Gregorian calendar, of the years 1 to 9999.
struct CalendarDate {
  let year: Int
  let month: Int
  let day: Int

  private static let daysBeforeMonth = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365]
  /// The days before 1970-01-01, counted from 0001-01-01.
  private static let daysBefore1970 = 719_162

  /// Nil for a day that does not exist.
  init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
      day <= Self.daysBefore(month: month + 1, of: year) - Self.daysBefore(month: month, of: year)
    else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  /// - Precondition: The day is within the years 1 to 9999.
  init(daysSince1970: Int) {
    let days = daysSince1970 + Self.daysBefore1970
    // Years have 365.2425 days on average: the estimate is off by one at most.
    var year = days * 10_000 / 3_652_425 + 1
    if Self.daysBefore(year: year) > days { year -= 1 }
    if Self.daysBefore(year: year + 1) <= days { year += 1 }
    let dayOfYear = days - Self.daysBefore(year: year)
    let month = (1...12).last { Self.daysBefore(month: $0, of: year) <= dayOfYear } ?? 1
    self.year = year
    self.month = month
    day = dayOfYear - Self.daysBefore(month: month, of: year) + 1
  }

  var daysSince1970: Int {
    Self.daysBefore(year: year) + Self.daysBefore(month: month, of: year) + day - 1 - Self.daysBefore1970
  }

  /// The days from 0001-01-01 to the first of the year.
  private static func daysBefore(year: Int) -> Int {
    let years = year - 1
    return years * 365 + years / 4 - years / 100 + years / 400
  }

  private static func daysBefore(month: Int, of year: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return daysBeforeMonth[month - 1] + (isLeap && month > 2 ? 1 : 0)
  }
}
