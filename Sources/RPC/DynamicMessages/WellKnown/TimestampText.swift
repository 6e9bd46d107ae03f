import GregorianCalendar

/// The text of `google.protobuf.Timestamp`: RFC 3339, written in UTC with 0, 3, 6 or 9 decimals of the second.
enum TimestampText {
  /// 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z, in seconds since 1970 (timestamp.proto).
  static let range: ClosedRange<Int64> = -62_135_596_800...253_402_300_799
  private static let secondsPerDay: Int64 = 86_400

  /// Returns nil if the time is out of range.
  static func text(seconds: Int64, nanoseconds: Int32) -> String? {
    guard range.contains(seconds), (0...999_999_999).contains(nanoseconds) else { return nil }
    let secondOfDay = Int((seconds % secondsPerDay + secondsPerDay) % secondsPerDay)
    let date = CalendarDate(daysSince1970: Int((seconds - Int64(secondOfDay)) / secondsPerDay))
    let time = [secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60].map { Digits.text($0) }
    return "\(Digits.text(date.year, width: 4))-\(Digits.text(date.month))-\(Digits.text(date.day))T"
      + time.joined(separator: ":") + FractionText.text(nanoseconds: nanoseconds) + "Z"
  }

  static func parse(_ text: String) -> (seconds: Int64, nanoseconds: Int32)? {
    // Only ASCII is valid, so a character is a byte.
    guard text.utf8.allSatisfy({ $0 < 0x80 }), text.utf8.count >= 20 else { return nil }
    let fixed = Array(text.prefix(19))
    guard fixed[4] == "-", fixed[7] == "-", fixed[10] == "T", fixed[13] == ":", fixed[16] == ":" else { return nil }
    let numbers = [0..<4, 5..<7, 8..<10, 11..<13, 14..<16, 17..<19].compactMap { Digits.number(String(fixed[$0])) }
    guard numbers.count == 6, numbers[0] > 0,
      let date = CalendarDate(year: numbers[0], month: numbers[1], day: numbers[2]),
      numbers[3] < 24, numbers[4] < 60, numbers[5] < 60
    else { return nil }
    var rest = text.dropFirst(19)
    var nanoseconds: Int32 = 0
    if rest.first == "." {
      let digits = rest.dropFirst().prefix { $0.isNumber }
      guard let fraction = FractionText.nanoseconds(digits) else { return nil }
      nanoseconds = fraction
      rest = rest.dropFirst(1 + digits.count)
    }
    guard let offset = offset(rest) else { return nil }
    let secondOfDay = numbers[3] * 3600 + numbers[4] * 60 + numbers[5]
    let seconds = Int64(date.daysSince1970) * secondsPerDay + Int64(secondOfDay - offset)
    return range.contains(seconds) ? (seconds, nanoseconds) : nil
  }

  /// Returns the seconds east of UTC given by `Z` or `+02:00`.
  private static func offset(_ text: Substring) -> Int? {
    if text == "Z" { return 0 }
    let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
    guard text.utf8.count == 6, let sign = text.first, sign == "+" || sign == "-", parts.count == 2,
      let hours = Digits.number(parts[0]), let minutes = Digits.number(parts[1]), hours < 24, minutes < 60
    else { return nil }
    return (sign == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
  }
}
