import Foundation
import Ledger
import SeededRandom
import StoreContract
import Testing

@Suite("A calendar month")
struct CalendarMonthTests {
  private static let utc: Calendar = {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    return calendar
  }()

  @Test("agrees with Foundation's calendar, also on its start and end")
  func agreesWithFoundation() throws {
    var dice = SplitMix64(seed: 7)
    for _ in 0..<5000 {
      // The years from 1800 to 2400.
      let seconds = Int64.random(in: -5_364_662_400...13_569_465_600, using: &dice)
      let date = Date(timeIntervalSince1970: Double(seconds))
      let parts = Self.utc.dateComponents([.year, .month], from: date)
      let (year, month) = (try #require(parts.year), try #require(parts.month))
      let found = CalendarMonth(of: LedgerTime(microseconds: seconds * 1_000_000))
      #expect(found.number == Int64(year * 12 + month - 1), "\(date)")
      let whole = try #require(Self.utc.dateInterval(of: .month, for: date))
      #expect(found.start.microseconds == Int64(whole.start.timeIntervalSince1970) * 1_000_000)
      #expect(found.next.start.microseconds == Int64(whole.end.timeIntervalSince1970) * 1_000_000)
    }
  }

  @Test("includes its last microsecond, and not the one after")
  func edges() {
    let start = CalendarMonth(number: 2026 * 12 + 10).start.microseconds
    #expect(CalendarMonth(of: LedgerTime(microseconds: start)).number == 2026 * 12 + 10)
    #expect(CalendarMonth(of: LedgerTime(microseconds: start - 1)).number == 2026 * 12 + 9)
  }
}
