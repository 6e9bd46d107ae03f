/// A machine-readable part of an error, from the standard set of `google/rpc/error_details.proto`.
public enum StatusDetail: Sendable, Hashable {
  case errorInfo(ErrorInfo)
  case retryInfo(RetryInfo)
  case badRequest(BadRequest)
  /// A detail of another type, or one of the above that could not be decoded.
  case any(typeURL: String, value: [UInt8])
}

/// A machine-readable reason for a failure (`google.rpc.ErrorInfo`).
public struct ErrorInfo: Sendable, Hashable {
  /// Upper snake case, unique within the domain, for example `WALLET_FROZEN`.
  public var reason: String
  /// The namespace of the reason, typically the service name.
  public var domain: String
  /// Additional facts, for example the available amount. Encoded in key order, so equal errors have equal bytes.
  public var metadata: [String: String]

  public init(reason: String, domain: String, metadata: [String: String] = [:]) {
    self.reason = reason
    self.domain = domain
    self.metadata = metadata
  }
}

/// When the caller may retry (`google.rpc.RetryInfo`).
public struct RetryInfo: Sendable, Hashable {
  /// The minimum time to wait. Sent with nanosecond precision, clamped to ±315 576 000 000 s.
  public var retryDelay: Duration

  public init(retryDelay: Duration) {
    self.retryDelay = retryDelay
  }
}

/// The invalid fields of a request (`google.rpc.BadRequest`).
public struct BadRequest: Sendable, Hashable {
  /// An invalid field.
  public struct FieldViolation: Sendable, Hashable {
    /// The path of the field, for example `amount.currency_code`.
    public var field: String
    /// Why the value is invalid and what is expected.
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
