import ArgumentParser

/// A duration on the command line: `250ms`, `5s`, `2m`, `1h`; a bare number is seconds.
struct DurationArgument: ExpressibleByArgument {
  let duration: Duration

  private static let units: [(suffix: String, length: Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)]
  /// A hundred days, which is long enough for a call and within gRPC's limit of eight digits.
  private static let maximumSeconds = 8_640_000.0

  init?(argument: String) {
    let unit = Self.units.first { argument.hasSuffix($0.suffix) }
    guard let number = Double(argument.dropLast(unit?.suffix.count ?? 0)), number > 0 else { return nil }
    let seconds = number * (unit?.length ?? 1)
    guard seconds <= Self.maximumSeconds else { return nil }
    duration = .nanoseconds(Int64((seconds * 1e9).rounded()))
  }
}
