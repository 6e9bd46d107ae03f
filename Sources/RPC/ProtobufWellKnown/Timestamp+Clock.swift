extension Timestamp {
  /// - Parameter microseconds: Microseconds since 1970-01-01T00:00:00Z, negative before.
  public init(microsecondsSince1970 microseconds: Int64) {
    let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    // `nanos` is never negative, also before 1970 (timestamp.proto).
    self.init(
      seconds: remainder < 0 ? quotient - 1 : quotient,
      nanos: Int32((remainder < 0 ? remainder + 1_000_000 : remainder) * 1000)
    )
  }

  /// Whether the timestamp is valid (timestamp.proto): in the years 1 to 9999, with non-negative nanoseconds below a second.
  public var isValid: Bool {
    (-62_135_596_800...253_402_300_799).contains(seconds) && (0...999_999_999).contains(nanos)
  }

  /// Microseconds since 1970-01-01T00:00:00Z, truncated; nil beyond the range of `Int64`.
  public var microsecondsSince1970: Int64? {
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    let (sum, carry) = product.addingReportingOverflow(Int64(nanos) / 1000)
    return overflow || carry ? nil : sum
  }
}
