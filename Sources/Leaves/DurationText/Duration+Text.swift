extension Duration {
  private static let units: [(suffix: String, seconds: Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)]
  /// The longest duration that a text can mean, 100 days: gRPC's grpc-timeout has at most eight digits.
  private static let maximumSeconds = 8_640_000.0

  /// The duration that people write as `250ms`, `5s`, `2m` or `1h`. A bare number is seconds.
  ///
  /// - Returns: nil for any other text, for zero and for more than 100 days.
  package init?(text: String) {
    let unit = Self.units.first { text.hasSuffix($0.suffix) }
    guard let number = Double(text.dropLast(unit?.suffix.count ?? 0)), number > 0 else { return nil }
    let seconds = number * (unit?.seconds ?? 1)
    guard seconds <= Self.maximumSeconds else { return nil }
    self = .nanoseconds(Int64((seconds * 1e9).rounded()))
  }
}
