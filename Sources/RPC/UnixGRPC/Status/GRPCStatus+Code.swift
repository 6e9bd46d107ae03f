extension GRPCStatus {
  /// A canonical status code. Numbers other than the seventeen defined ones are preserved when received from a peer.
  public struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: Int

    public init(rawValue: Int) {
      self.rawValue = rawValue
    }

    /// The call succeeded.
    public static let ok = Code(rawValue: 0)
    /// The call was cancelled, most often by its caller.
    public static let cancelled = Code(rawValue: 1)
    /// An unknown error.
    public static let unknown = Code(rawValue: 2)
    /// The request is invalid regardless of the state of the system.
    public static let invalidArgument = Code(rawValue: 3)
    /// The deadline expired. The operation may have completed nevertheless.
    public static let deadlineExceeded = Code(rawValue: 4)
    /// A requested entity does not exist.
    public static let notFound = Code(rawValue: 5)
    /// The entity to create exists already.
    public static let alreadyExists = Code(rawValue: 6)
    /// The caller is identified but lacks permission.
    public static let permissionDenied = Code(rawValue: 7)
    /// A quota or size limit is exceeded, or storage is full.
    public static let resourceExhausted = Code(rawValue: 8)
    /// The system is not in the required state; retry only after the state has changed.
    public static let failedPrecondition = Code(rawValue: 9)
    /// A concurrency conflict; retry at a higher level.
    public static let aborted = Code(rawValue: 10)
    /// The operation was attempted past the valid range.
    public static let outOfRange = Code(rawValue: 11)
    /// The operation is not implemented or not supported.
    public static let unimplemented = Code(rawValue: 12)
    /// An internal invariant is violated.
    public static let `internal` = Code(rawValue: 13)
    /// The service is temporarily unavailable; retry with backoff.
    public static let unavailable = Code(rawValue: 14)
    /// Data was lost or corrupted unrecoverably.
    public static let dataLoss = Code(rawValue: 15)
    /// The caller's credentials are missing or invalid.
    public static let unauthenticated = Code(rawValue: 16)

    private static let names = [
      "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
      "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
      "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ]

    /// The name in upper snake case, for example `INVALID_ARGUMENT`; `CODE_<number>` for a number without a name.
    public var name: String {
      Self.names.indices.contains(rawValue) ? Self.names[rawValue] : "CODE_\(rawValue)"
    }

    public var description: String { name }

    /// Creates the code with this canonical name; returns nil if there is none.
    public init?(name: String) {
      guard let number = Self.names.firstIndex(of: name) else { return nil }
      rawValue = number
    }

    /// Parses a `grpc-status` value of decimal digits. Returns nil for anything else, which clients treat as `UNKNOWN`.
    package init?(headerValue bytes: Span<UInt8>) {
      // Nine digits cannot overflow; the defined codes need two.
      guard (1...9).contains(bytes.count) else { return nil }
      var number = 0
      for index in bytes.indices {
        guard case UInt8(ascii: "0")...UInt8(ascii: "9") = bytes[index] else { return nil }
        number = number * 10 + Int(bytes[index] - UInt8(ascii: "0"))
      }
      rawValue = number
    }
  }
}
