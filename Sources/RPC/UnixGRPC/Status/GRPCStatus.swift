/// The outcome of an RPC: a canonical code, a human-readable message, and machine-readable details.
///
/// Handlers throw it to set a call's status; client calls throw it when the status is not OK.
/// Source: the gRPC status code and error documents (grpc.io/docs/guides/status-codes, …/error).
public struct GRPCStatus: Error, Sendable, Hashable, CustomStringConvertible {
  /// The canonical status code.
  public var code: Code
  /// What went wrong and what to do next. Sent to the peer, so it must not contain secrets.
  public var message: String
  /// Sent as a `google.rpc.Status` in the `grpc-status-details-bin` trailer; omitted when empty.
  public var details: [StatusDetail]

  public init(code: Code, message: String, details: [StatusDetail] = []) {
    self.code = code
    self.message = message
    self.details = details
  }

  /// The code and the message, for example `INVALID_ARGUMENT: amount must be positive`.
  public var description: String {
    message.isEmpty ? code.name : "\(code.name): \(message)"
  }
}
