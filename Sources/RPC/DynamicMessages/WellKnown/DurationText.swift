/// The text of `google.protobuf.Duration`: seconds with 0, 3, 6 or 9 decimals, followed by `s`.
enum DurationText {
  /// About ten thousand years (duration.proto).
  static let maximumSeconds: Int64 = 315_576_000_000

  /// Returns nil if the duration is out of range (duration.proto) or its parts have different signs.
  static func text(seconds: Int64, nanoseconds: Int32) -> String? {
    guard (-maximumSeconds...maximumSeconds).contains(seconds), (-999_999_999...999_999_999).contains(nanoseconds),
      seconds == 0 || nanoseconds == 0 || (seconds < 0) == (nanoseconds < 0)
    else { return nil }
    let sign = seconds < 0 || nanoseconds < 0 ? "-" : ""
    return "\(sign)\(seconds.magnitude)\(FractionText.text(nanoseconds: nanoseconds))s"
  }

  static func parse(_ text: String) -> (seconds: Int64, nanoseconds: Int32)? {
    guard text.last == "s" else { return nil }
    var digits = text.dropLast()
    let isNegative = digits.first == "-"
    if isNegative { digits = digits.dropFirst() }
    let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, let seconds = Digits.number(whole), seconds <= maximumSeconds else { return nil }
    var nanoseconds: Int32 = 0
    if parts.count == 2 {
      guard let fraction = FractionText.nanoseconds(parts[1]) else { return nil }
      nanoseconds = fraction
    }
    return isNegative ? (-Int64(seconds), -nanoseconds) : (Int64(seconds), nanoseconds)
  }
}
