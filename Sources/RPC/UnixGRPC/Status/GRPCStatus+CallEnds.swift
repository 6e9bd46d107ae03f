/// The ends of a call that both sides of a connection name alike.
extension GRPCStatus {
  static let ok = GRPCStatus(code: .ok, message: "")
  static let cancelledByCaller = GRPCStatus(code: .cancelled, message: "the call was cancelled")
  static let deadlineExceeded = GRPCStatus(
    code: .deadlineExceeded,
    message: "the deadline passed before the call was done"
  )
}
