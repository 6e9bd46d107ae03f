/// A handler error that maps to a gRPC status.
///
/// Other errors, except ``GRPCStatus`` and `CancellationError`, reach the caller as UNKNOWN, without their text.
public protocol GRPCStatusConvertible: Error {
  var status: GRPCStatus { get }
}
