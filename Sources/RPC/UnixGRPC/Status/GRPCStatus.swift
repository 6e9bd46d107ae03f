/// The outcome of an RPC: a canonical code, a sentence for a person, and details for a program.
///
/// A handler throws it to choose the outcome; a client throws it when the outcome is not OK.
/// Source: the gRPC status code and error documents (grpc.io/docs/guides/status-codes, …/error).
public struct GRPCStatus: Error, Sendable, Hashable, CustomStringConvertible {
  public var code: Code
  /// What went wrong and what to do next. It reaches the peer: no secrets.
  public var message: String
  /// Carried as a `google.rpc.Status` in the `grpc-status-details-bin` trailer; none is sent when empty.
  public var details: [StatusDetail]

  public init(code: Code, message: String, details: [StatusDetail] = []) {
    self.code = code
    self.message = message
    self.details = details
  }

  /// `INVALID_ARGUMENT: amount must be positive`
  public var description: String {
    message.isEmpty ? code.name : "\(code.name): \(message)"
  }
}
