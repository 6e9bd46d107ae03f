/// An error of a handler that knows the status with which its call ends.
///
/// Without it, an error other than ``GRPCStatus`` reaches the caller as UNKNOWN, without its text.
public protocol GRPCStatusConvertible: Error {
  var status: GRPCStatus { get }
}
