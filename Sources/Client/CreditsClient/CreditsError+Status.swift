import UnixGRPC

extension CreditsError {
  /// The `google.rpc.ErrorInfo` domain of the server's reasons.
  private static let domain = "credits.v1"

  static let cancelled = CreditsError(code: .cancelled, message: "the call was cancelled")

  init(_ error: any Error) {
    if let error = error as? CreditsError {
      self = error
    } else if let status = error as? GRPCStatus {
      self.init(status)
    } else if error is CancellationError {
      self = .cancelled
    } else {
      self.init(code: .unknown, message: "\(error)")
    }
  }

  init(_ status: GRPCStatus) {
    var info: ErrorInfo?
    var field: String?
    var retryDelay: Duration?
    for detail in status.details {
      switch detail {
      case .errorInfo(let detail) where detail.domain == Self.domain: info = detail
      case .badRequest(let request): field = request.fieldViolations.first?.field
      case .retryInfo(let retry): retryDelay = retry.retryDelay
      default: break
      }
    }
    var message = status.message
    if info == nil, status.code == .deadlineExceeded { message += ": repeat the call with the same idempotency key" }
    self.init(
      code: status.code,
      reason: info.map { Reason(rawValue: $0.reason) },
      message: message,
      metadata: info?.metadata ?? [:],
      field: field,
      retryDelay: retryDelay
    )
  }
}
