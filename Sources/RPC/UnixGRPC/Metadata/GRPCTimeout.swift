/// A `grpc-timeout` value: at most eight digits and a unit.
///
/// Source: gRPC over HTTP/2, Timeout.
package struct GRPCTimeout: Hashable, Sendable {
  /// The timeout in nanoseconds, never negative. Values beyond `Int64` (292 years) are clamped to `Int64.max`.
  package let nanoseconds: Int64

  package var duration: Duration { .nanoseconds(nanoseconds) }

  /// Creates a timeout. A negative duration counts as zero, and fractions of a nanosecond are dropped.
  package init(_ duration: Duration) {
    let (seconds, attoseconds) = min(max(duration, .zero), .nanoseconds(Int64.max)).components
    nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }

  /// Parses a header value; returns nil if it is malformed.
  package init?(headerValue bytes: Span<UInt8>) {
    guard (2...9).contains(bytes.count) else { return nil }
    var amount: Int64 = 0
    for index in 0..<(bytes.count - 1) {
      guard case UInt8(ascii: "0")...UInt8(ascii: "9") = bytes[index] else { return nil }
      amount = amount * 10 + Int64(bytes[index] - UInt8(ascii: "0"))
    }
    guard let unit = Self.units.first(where: { $0.symbol == bytes[bytes.count - 1] }) else { return nil }
    let (product, overflow) = amount.multipliedReportingOverflow(by: unit.nanoseconds)
    nanoseconds = overflow ? .max : product
  }

  /// The header value in the finest unit that fits in eight digits, rounded down so that the peer never gets more time
  /// than remains.
  package var headerValue: [UInt8] {
    for unit in Self.units where nanoseconds / unit.nanoseconds <= 99_999_999 {
      return Array(String(nanoseconds / unit.nanoseconds).utf8) + [unit.symbol]
    }
    // Int64.max nanoseconds are 2 562 047 hours, so the last unit always fits.
    preconditionFailure("no grpc-timeout unit fits \(nanoseconds) ns")
  }

  /// From the finest to the coarsest.
  private static let units: [(symbol: UInt8, nanoseconds: Int64)] = [
    (UInt8(ascii: "n"), 1),
    (UInt8(ascii: "u"), 1_000),
    (UInt8(ascii: "m"), 1_000_000),
    (UInt8(ascii: "S"), 1_000_000_000),
    (UInt8(ascii: "M"), 60_000_000_000),
    (UInt8(ascii: "H"), 3_600_000_000_000),
  ]
}
