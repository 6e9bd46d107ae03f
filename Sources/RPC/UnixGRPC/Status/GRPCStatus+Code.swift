extension GRPCStatus {
  /// A canonical status code. A peer may send a number that is none of the seventeen; it is kept as it came.
  public struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: Int

    public init(rawValue: Int) {
      self.rawValue = rawValue
    }

    public static let ok = Code(rawValue: 0)
    /// The call was cancelled, most often by its caller.
    public static let cancelled = Code(rawValue: 1)
    /// An error of which nothing more is known.
    public static let unknown = Code(rawValue: 2)
    /// The request is wrong whatever the state of the system.
    public static let invalidArgument = Code(rawValue: 3)
    /// The deadline passed; the effect may have happened all the same.
    public static let deadlineExceeded = Code(rawValue: 4)
    public static let notFound = Code(rawValue: 5)
    public static let alreadyExists = Code(rawValue: 6)
    /// The caller is known and may not do this.
    public static let permissionDenied = Code(rawValue: 7)
    /// A quota, a size limit or a disk is full.
    public static let resourceExhausted = Code(rawValue: 8)
    /// The request is sound but the state does not allow it; retry only after the state has changed.
    public static let failedPrecondition = Code(rawValue: 9)
    /// A conflict with something concurrent; retry at a higher level.
    public static let aborted = Code(rawValue: 10)
    public static let outOfRange = Code(rawValue: 11)
    public static let unimplemented = Code(rawValue: 12)
    /// An invariant is broken.
    public static let `internal` = Code(rawValue: 13)
    /// Not now; retry with backoff.
    public static let unavailable = Code(rawValue: 14)
    public static let dataLoss = Code(rawValue: 15)
    /// The caller's identity is missing or not valid.
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

    /// The code with this canonical name, or nil if there is none.
    public init?(name: String) {
      guard let number = Self.names.firstIndex(of: name) else { return nil }
      rawValue = number
    }

    /// Reads a `grpc-status` value: decimal digits only. Nil for anything else, which a client takes for `UNKNOWN`.
    package init?(headerValue bytes: Span<UInt8>) {
      // Nine digits are ample for seventeen codes, and cannot overflow.
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
