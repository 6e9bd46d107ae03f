/// Statuses shared by the client and the server.
extension GRPCStatus {
  static let ok = GRPCStatus(code: .ok, message: "")
  static let cancelledByCaller = GRPCStatus(code: .cancelled, message: "the call was cancelled")
  static let deadlineExceeded = GRPCStatus(
    code: .deadlineExceeded,
    message: "the deadline passed before the call was done"
  )
}
