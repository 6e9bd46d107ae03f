/// A machine-readable part of an error, from the standard set of `google/rpc/error_details.proto`.
public enum StatusDetail: Sendable, Hashable {
  case errorInfo(ErrorInfo)
  case retryInfo(RetryInfo)
  case badRequest(BadRequest)
  /// A detail of another type, or one of the above whose bytes could not be read.
  case any(typeURL: String, value: [UInt8])
}

/// Why the call failed, in words that a program may compare.
public struct ErrorInfo: Sendable, Hashable {
  /// Upper snake case, unique within the domain, for example `WALLET_FROZEN`.
  public var reason: String
  /// Who defines the reason.
  public var domain: String
  /// Facts about this failure, for example the available amount. Encoded in key order, so equal errors have equal bytes.
  public var metadata: [String: String]

  public init(reason: String, domain: String, metadata: [String: String] = [:]) {
    self.reason = reason
    self.domain = domain
    self.metadata = metadata
  }
}

/// When to try again.
public struct RetryInfo: Sendable, Hashable {
  /// The least time to wait. Sent with nanosecond precision, within plus or minus 315 576 000 000 s.
  public var retryDelay: Duration

  public init(retryDelay: Duration) {
    self.retryDelay = retryDelay
  }
}

/// Which fields of the request are wrong.
public struct BadRequest: Sendable, Hashable {
  public struct FieldViolation: Sendable, Hashable {
    /// The path of the field, for example `amount.currency_code`.
    public var field: String
    /// What is wrong with it and what would be right.
    public var description: String

    public init(field: String, description: String) {
      self.field = field
      self.description = description
    }
  }

  public var fieldViolations: [FieldViolation]

  public init(fieldViolations: [FieldViolation]) {
    self.fieldViolations = fieldViolations
  }
}
