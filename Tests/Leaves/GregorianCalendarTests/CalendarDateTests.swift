import Foundation
import GregorianCalendar
import SeededRandom
import Testing

@Suite("A Gregorian date")
struct CalendarDateTests {
  @Test(
    "converts to and from days since 1970",
    arguments: [
      (0, 1970, 1, 1), (-1, 1969, 12, 31), (31, 1970, 2, 1), (11_016, 2000, 2, 29), (11_017, 2000, 3, 1),
      (-719_162, 1, 1, 1), (-719_163, 0, 12, 31), (-719_528, 0, 1, 1), (2_932_896, 9999, 12, 31),
      (47_541, 2100, 3, 1), (-719_529, -1, 12, 31), (-865_625, -400, 1, 1),
    ]
  )
  func knownDays(days: Int, year: Int, month: Int, day: Int) throws {
    let date = try #require(CalendarDate(year: year, month: month, day: day))
    #expect(CalendarDate(daysSince1970: days) == date)
    #expect(date.daysSince1970 == days)
  }

  @Test("follows the previous one, in each year from -1 to 10 000")
  func everyDay() throws {
    var next = try #require(CalendarDate(year: -1, month: 1, day: 1)).daysSince1970
    for year in -1...10_000 {
      for month in 1...12 {
        // The first day of the month and all possible last days.
        for day in [1, 28, 29, 30, 31] {
          guard let date = CalendarDate(year: year, month: month, day: day) else { continue }
          let isNext = day == 28 || date.daysSince1970 == next
          guard isNext, CalendarDate(daysSince1970: date.daysSince1970) == date else {
            Issue.record("\(date)")
            return
          }
          next = date.daysSince1970 + 1
        }
      }
    }
  }

  @Test("matches Foundation's")
  func agreesWithFoundation() {
    var utc = Calendar(identifier: .gregorian)
    utc.timeZone = .gmt
    var generator = SplitMix64(seed: 7)
    for _ in 0..<5000 {
      // From 1800 to 2400.
      let days = Int.random(in: -62_090...157_054, using: &generator)
      let parts = utc.dateComponents([.year, .month, .day], from: Date(timeIntervalSince1970: Double(days) * 86_400))
      let date = CalendarDate(daysSince1970: days)
      #expect([date.year, date.month, date.day] == [parts.year, parts.month, parts.day])
    }
  }

  @Test("can be created as the first of a month")
  func firstOfMonth() {
    #expect(CalendarDate(firstOfMonth: 2, year: 2000) == CalendarDate(year: 2000, month: 2, day: 1))
  }

  @Test(
    "must exist",
    arguments: [
      (2030, 0, 1), (2030, 13, 1), (2030, 1, 0), (2030, 1, 32), (2030, 4, 31), (2030, 2, 29), (2100, 2, 29),
      (2000, 2, 30), (1900, 2, 29), (2030, -1, 5), (2030, 5, -1),
    ]
  )
  func missing(year: Int, month: Int, day: Int) {
    #expect(CalendarDate(year: year, month: month, day: day) == nil)
  }
}
