/// The text of fractions of a second in timestamps and durations.
enum FractionText {
  /// Returns a point and the fewest of 3, 6 or 9 digits that lose nothing, such as `.500`; empty for zero.
  static func text(nanoseconds: Int32) -> String {
    guard nanoseconds != 0 else { return "" }
    let digits = String(nanoseconds.magnitude)
    var padded = String(repeating: "0", count: max(0, 9 - digits.count)) + digits
    while padded.hasSuffix("000") { padded.removeLast(3) }
    return "." + padded
  }

  /// Returns the nanoseconds given by the digits after the point, or nil unless there are 1 to 9 of them.
  static func nanoseconds(_ digits: Substring) -> Int32? {
    guard (1...9).contains(digits.utf8.count) else { return nil }
    return Digits.number(digits + String(repeating: "0", count: 9 - digits.utf8.count)).map(Int32.init)
  }
}

/// Parses digits only, unlike `Int`, which accepts a sign.
enum Digits {
  static func number(_ text: some StringProtocol) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return nil
    }
    return Int(text)
  }

  static func text(_ number: Int, width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
